import {existsSync} from 'node:fs';
import {basename, dirname, sep} from 'node:path';
import {type FSWatcher, watch} from 'chokidar';
import type {WatchedPaths} from './watched-paths.js';

export interface FileWatch {
  /** Looks at these from now on, in place of those before. */
  readonly look: (paths: WatchedPaths) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Editors write several times, or beside the file and rename: one save is one edit. Long enough for that, short to people. */
const DEBOUNCE_MS = 60;

/**
 * Calls `onEdit` once per burst of changes, with the first changed path and when it was noticed (milliseconds since the
 * epoch). Files are watched through their folders: a file that is replaced, vanishes or is not there yet is noticed too.
 */
export function watchFiles(onEdit: (path: string, at: number) => void, now: () => number): FileWatch {
  let relevant: WatchedPaths = {files: [], folders: []};
  let shallow: FSWatcher | undefined;
  let deep: FSWatcher | undefined;
  let burst: {readonly path: string; readonly at: number; timer: NodeJS.Timeout} | undefined;

  const flush = (): void => {
    const edit = burst;
    burst = undefined;
    if (edit !== undefined) onEdit(edit.path, edit.at);
  };
  const note = (path: string): void => {
    if (!concerns(path, relevant)) return;
    clearTimeout(burst?.timer);
    const first = burst ?? {path, at: now()};
    burst = {path: first.path, at: first.at, timer: setTimeout(flush, DEBOUNCE_MS)};
  };

  const close = async (): Promise<void> => {
    clearTimeout(burst?.timer);
    burst = undefined;
    await Promise.all([shallow?.close(), deep?.close()]);
  };
  return {
    look: async (paths) => {
      if (shallow !== undefined && JSON.stringify(paths) === JSON.stringify(relevant)) return;
      relevant = paths;
      const pending = [shallow, deep];
      const parents = [...paths.files, ...paths.folders].map(nearestFolder);
      shallow = await ready([...new Set(parents)], note, 0);
      deep = await ready([...paths.folders], note, undefined);
      await Promise.all(pending.map((watcher) => watcher?.close()));
    },
    close,
  };
}

async function ready(
  paths: string[],
  note: (path: string) => void,
  depth: number | undefined,
): Promise<FSWatcher | undefined> {
  if (paths.length === 0) return undefined;
  const watcher = watch(paths, {
    ignoreInitial: true,
    ignored: (path) => basename(path) === '.sidestep' || basename(path) === 'node_modules',
    ...(depth === undefined ? {} : {depth}),
  });
  watcher.on('all', (_event, path) => note(path));
  watcher.on('error', () => {}); // a folder that vanished or may not be read; planning says so where it matters
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}

/** A changed path matters when it is a watched file, lies in a watched folder, or is a folder on the way to one. */
function concerns(path: string, {files, folders}: WatchedPaths): boolean {
  if (basename(path).endsWith('.tmp')) return false;
  if (files.includes(path) || folders.includes(path)) return true;
  if (folders.some((folder) => path.startsWith(folder + sep))) return true;
  return [...files, ...folders].some((wanted) => wanted.startsWith(path + sep));
}

function nearestFolder(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : nearestFolder(parent);
}
