import {dirname, isAbsolute, join, relative, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {packageRoot} from '../app/version.js';
import {readIfThere} from '../base/if-there.js';
import {writeUserFile} from '../base/write-user-file.js';
import {projectRoot} from '../config/project-root.js';

/** One file beside a pipeline, and what was done to it. */
export interface ProjectFile {
  readonly path: string;
  readonly did: 'written' | 'extended' | 'left';
  /** Why it was left, and what to do by hand. */
  readonly because?: string;
}

/**
 * Writes what a project with pipelines wants beside them: `.gitignore` for what is made again or too large to commit, and
 * `.vscode/settings.json`, by which the editor finds the schemas of the installed package without a network. What is there
 * stays; lines and keys that are missing are added.
 */
export async function writeProjectFiles(pipeline: string, checkpoints: string): Promise<ProjectFile[]> {
  const root = projectRoot(dirname(pipeline));
  const schemas = schemaPaths(root);
  const editor = await keepEdited(join(root, '.vscode/settings.json'), (text) => withSchemas(text, schemas));
  const ownsSettings = editor.did === 'written' && isAbsolute(schemas.pipeline); // of no use on another machine
  const lines = [
    '.sidestep/',
    '/output/',
    ...below(root, checkpoints),
    ...(ownsSettings ? ['/.vscode/settings.json'] : []),
  ];
  return [await keepEdited(join(root, '.gitignore'), (text) => withLines(text, lines)), editor];
}

/** A text with what it lacked; unchanged; or why it cannot be changed. */
type Edited = {readonly text: string} | {readonly because: string};

async function keepEdited(path: string, edit: (text: string) => Edited): Promise<ProjectFile> {
  const text = readIfThere(path);
  const edited = edit(text ?? '');
  if ('because' in edited) return {path, did: 'left', because: edited.because};
  if (edited.text === text) return {path, did: 'left'};
  await writeUserFile(path, edited.text);
  return {path, did: text === undefined ? 'written' : 'extended'};
}

/** Pure: the lines of a `.gitignore` that it lacks, at its end. */
export function withLines(text: string, lines: readonly string[]): Edited {
  const plain = (line: string): string => line.trim().replace(/^\/|\/$/g, '');
  const has = new Set(text.split(/\r?\n/).map(plain));
  const missing = lines.filter((line) => !has.has(plain(line)));
  if (missing.length === 0) return {text};
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text === '' ? '' : `${text}${text.endsWith('\n') ? '' : end}${end}`;
  return {text: `${before}${['# sidestep', ...missing, ''].join(end)}`};
}

interface SchemaPaths {
  readonly pipeline: string;
  readonly preset: string;
}

const KEY = '"yaml.schemas"';

/** Pure: VS Code's settings with the schemas as first member; comments and order of what is there are kept. */
export function withSchemas(text: string, {pipeline, preset}: SchemaPaths): Edited {
  const value = {[pipeline]: ['pipeline.yaml', 'pipelines/*.yaml'], [preset]: ['presets/*.yaml']};
  const member = `${KEY}: ${JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ')}`;
  if (text.trim() === '') return {text: `{\n  ${member}\n}\n`};
  if (text.includes(KEY)) {
    return text.includes(pipeline)
      ? {text}
      : {because: `it has yaml.schemas of its own: add ${JSON.stringify(pipeline)} there`};
  }
  const open = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*\{/.exec(text)?.[0].length;
  if (open === undefined) return {because: 'it is no JSON object'};
  const isEmpty = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*\}/.test(text.slice(open));
  return {text: `${text.slice(0, open)}\n  ${member}${isEmpty ? '\n' : ','}${text.slice(open)}`};
}

/** Of the installed package: relative where it is in the project, as after `npm install`. */
function schemaPaths(root: string): SchemaPaths {
  const of = (name: string): string => {
    const path = fileURLToPath(new URL(`schema/${name}.schema.json`, packageRoot));
    const near = relative(root, path).split(sep).join('/');
    return near.startsWith('..') || isAbsolute(near) ? path : `./${near}`;
  };
  return {pipeline: of('pipeline'), preset: of('preset')};
}

/** A folder of the project as a line of its `.gitignore`; none when it is elsewhere. */
function below(root: string, folder: string): string[] {
  const near = relative(root, folder).split(sep).join('/');
  return near === '' || near.startsWith('..') || isAbsolute(near) ? [] : [`/${near}/`];
}
