import {realpathSync} from 'node:fs';
import {realpath} from 'node:fs/promises';
import {fsPath, pathText} from './path-bytes.js';

/**
 * A path without symbolic links, in the text of path-bytes.ts. Windows' own answer names a mapped drive by its server, and Wine has
 * none for paths beyond 260 characters: there Node walks the path itself.
 */
export async function realPath(path: string): Promise<string> {
  if (process.platform === 'win32') return realpathSync(path);
  return pathText(await realpath(fsPath(path), {encoding: 'buffer'}));
}

/** The same at once. */
export function realPathSync(path: string): string {
  if (process.platform === 'win32') return realpathSync(path);
  return pathText(realpathSync.native(fsPath(path), {encoding: 'buffer'}));
}
