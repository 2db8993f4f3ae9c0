import {existsSync, lstatSync, type Stats} from 'node:fs';
import {dirname, relative} from 'node:path';
import {isFileError} from '../base/durable.js';
import {oddKind} from '../base/plain-file.js';
import {SidestepError} from '../base/problem.js';

/**
 * The one gate through which what a program left comes into the cache. Links are never followed: what they lead to is
 * the user's, and would be moved, renamed and made read-only.
 * Throws `cache/not-a-plain-file` for a link, a pipe, a socket or a device.
 */
export function plainAt(path: string): Stats {
  const found = lstatSync(path);
  const kind = oddKind(found);
  if (kind !== undefined) throw notPlain(path, kind);
  return found;
}

/** The same for every folder on the way from `root`, itself included: a program may put a link in the place of one. */
export function plainWithin(root: string, path: string): Stats {
  const above = dirname(path);
  if (path !== root && !relative(root, above).startsWith('..')) plainWithin(root, above);
  return plainAt(path);
}

/** A file that somebody else has under another name is not ours to take. */
export function isShared(found: Stats): boolean {
  return found.isFile() && found.nlink > 1;
}

/** What is at a path that a program was asked to fill; undefined for nothing, or a link that leads nowhere. */
export function leftAt(root: string, path: string): 'file' | 'folder' | undefined {
  try {
    return plainWithin(root, path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR') || !existsSync(path)) return undefined;
    throw error;
  }
}

function notPlain(path: string, kind: string): SidestepError {
  return new SidestepError({
    code: 'cache/not-a-plain-file',
    message: `${path} is ${kind}, not a file or a folder`,
    hint: 'Outputs are files and folders of their own: copy what a link points to (`cp -rL`), and write what a pipe would carry.',
  });
}
