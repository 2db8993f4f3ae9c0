import {statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {namesIfListable} from './folder.js';
import {fsPath} from './path-bytes.js';
import {isSystemError} from './system-error.js';

/**
 * What is at a path that somebody wrote: the path itself, else the one whose names have the same letters in another Unicode form
 * (macOS writes é as two). Undefined when nothing does, or when several do.
 */
export function sameLetters(path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  if (exists(path)) return path;
  const above = dirname(path);
  if (above === path || path.normalize('NFC') === path.normalize('NFD')) return undefined;
  const folder = sameLetters(above);
  if (folder === undefined) return undefined;
  const wanted = path
    .slice(above.length)
    .replace(/^[/\\]/, '')
    .normalize('NFC');
  const [only, ...others] = namesIfListable(folder).filter((name) => name.normalize('NFC') === wanted);
  return only === undefined || others.length > 0 ? undefined : join(folder, only);
}

/** A name that is too long, or a way that ends in a circle, leads nowhere. */
function exists(path: string): boolean {
  try {
    return statSync(fsPath(path), {throwIfNoEntry: false}) !== undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}
