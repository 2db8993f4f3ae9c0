import {closeSync, openSync, readSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
import {namesIn} from '../base/folder.js';
import {isFileSync} from '../base/if-there.js';
import {isSystemError} from '../base/system-error.js';

/** Folders of a project in which pipelines are. */
const FOLDERS = ['', 'pipelines/'];
/** Enough to tell a pipeline from other YAML: its first key says the format. */
const HEAD_BYTES = 4096;
const FORMAT_KEY = /^[\s{]*["']?sidestep["']?\s*:/m;

/** Pipeline files of a project, relative to it and with `/`: first those that are `known` to be one, then what its folders hold. */
export function pipelinesOf(root: string, known: readonly string[]): string[] {
  const named = known.map((file) => relativeTo(root, file));
  const found = FOLDERS.flatMap((folder) =>
    namesIn(join(root, folder))
      .sort()
      .filter((name) => /\.ya?ml$/.test(name) && !/\.lock\.ya?ml$/.test(name))
      .map((name) => `${folder}${name}`)
      .filter((path) => FORMAT_KEY.test(headOf(join(root, path)))),
  );
  const inside = named.filter((path) => !path.startsWith('../') && isFileSync(join(root, path)));
  return [...new Set([...inside, ...found])];
}

/** As the page names files, on every system. */
export function relativeTo(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}

/** Empty for what is no file, or may not be read. */
function headOf(path: string): string {
  if (!isFileSync(path)) return ''; // a pipe may keep one that opens it waiting for ever
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}
