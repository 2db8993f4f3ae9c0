import {type Dirent, readdirSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {isFileError} from './durable.js';
import {fsPath, pathText} from './path-bytes.js';
import {isSystemError} from './system-error.js';

/** The names in a folder; none when there is no folder there. Throws the file system's other errors. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(fsPath(folder), {encoding: 'buffer'}).map(pathText);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return [];
    throw error;
  }
}

/** The names in a folder; none too where it may not be listed. */
export function namesIfListable(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

export interface FolderEntry {
  /** See `pathText`: names that are no UTF-8 are among them. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** What is in a folder. Throws the file system's errors. */
export async function entriesIn(folder: string): Promise<FolderEntry[]> {
  return (await readdir(fsPath(folder), {withFileTypes: true, encoding: 'buffer'})).map(entryOf);
}

export function entriesInSync(folder: string): FolderEntry[] {
  return readdirSync(fsPath(folder), {withFileTypes: true, encoding: 'buffer'}).map(entryOf);
}

function entryOf(entry: Dirent<Buffer>): FolderEntry {
  return {name: pathText(entry.name), kind: kindOf(entry)};
}

function kindOf(entry: Dirent<Buffer>): FolderEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
