import {readFileSync, statSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {isFileError} from './durable.js';
import {fsPath} from './path-bytes.js';
import {isSystemError} from './system-error.js';

/** Whether a file is there, or behind the link that does; false too where no one may look. */
export async function isFile(path: string): Promise<boolean> {
  return stat(fsPath(path)).then(
    (found) => found.isFile(),
    () => false,
  );
}

export function isFileSync(path: string): boolean {
  try {
    return statSync(fsPath(path)).isFile();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Whether a folder is there, or behind the link that is; false too where no one may look. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(fsPath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

export function isFolderSync(path: string): boolean {
  try {
    return statSync(fsPath(path)).isDirectory();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** A file's text; undefined where there is none. Throws the file system's other errors. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(fsPath(path), 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
