import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {isFileError} from '../base/durable.js';
import {CURVES_MODULE} from '../render/report/curves-script.js';
import {PLAYERS_SCRIPT} from '../render/report/listen-script.js';
import {REPORT_STYLE} from '../render/report/style.js';

/** A file of the page: its text comes from where its one source is. */
interface PageFile {
  readonly type: 'text/html' | 'text/css' | 'text/javascript' | 'image/svg+xml';
  readonly read: () => Promise<string>;
}

/** Folders in which the parts of the page are. */
export interface PageFolders {
  /** `src/ui/page/`: HTML, style and modules, shipped as they are. */
  readonly page: URL;
  /** `dist/`: this program's own modules, of which some run in the browser as well. */
  readonly program: URL;
}

/**
 * The program's own pure modules that the page shares with the terminal, so that both say the same in the same words. Their code is
 * no secret; a name without dots cannot climb out of the two folders. What the page loads of them uses neither node: nor packages.
 */
export const SHARED_MODULE = /^(?:base|render)\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.js$/;

/** Undefined when there is no such module. */
export async function sharedModule({program}: PageFolders, path: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(path, program), 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Modules of the page itself, by name. */
export const PAGE_MODULES = [
  'app.js',
  'dom.js',
  'server.js',
  'run-state.js',
  'run-view.js',
  'log-panel.js',
  'curves.js',
  'runs-view.js',
  'text-views.js',
] as const;

/** Every path that the page may ask for, and nothing else: no name from outside becomes part of a path. */
export function pageFiles({page}: Pick<PageFolders, 'page'>): ReadonlyMap<string, PageFile> {
  const file = (folder: URL, name: string) => () => readFile(new URL(name, folder), 'utf8');
  const plot = (name: string) => () =>
    readFile(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
  const made = (text: string) => () => Promise.resolve(text);
  return new Map<string, PageFile>([
    ['', {type: 'text/html', read: file(page, 'index.html')}],
    ['ui/page/icon.svg', {type: 'image/svg+xml', read: file(page, 'icon.svg')}],
    ['ui/page/style.css', {type: 'text/css', read: file(page, 'style.css')}],
    ['ui/page/report.css', {type: 'text/css', read: made(REPORT_STYLE)}],
    ['ui/page/uplot.css', {type: 'text/css', read: plot('uPlot.min.css')}],
    ['ui/page/uplot.js', {type: 'text/javascript', read: plot('uPlot.iife.min.js')}],
    ['ui/page/draw-curves.js', {type: 'text/javascript', read: made(CURVES_MODULE)}],
    ['ui/page/players.js', {type: 'text/javascript', read: made(PLAYERS_SCRIPT)}],
    ...PAGE_MODULES.map(
      (name) => [`ui/page/${name}`, {type: 'text/javascript', read: file(page, name)}] as const,
    ),
  ]);
}
