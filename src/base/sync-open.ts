import fs from 'node:fs';
import type {FileHandle} from 'node:fs/promises';

/**
 * As `file.sync()`, which Yarn's Plug'n'Play leaves out of the file handles that it puts in place of Node's: there it throws
 * "Method not implemented".
 */
export function syncOpen(file: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(file.fd, (error) => (error === null ? resolve() : reject(error)));
  });
}
