import {readdirSync} from 'node:fs';
import {isFileError} from './durable.js';

/** The names in a folder; none when there is no folder there. Throws the file system's other errors. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
