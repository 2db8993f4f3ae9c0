import fs from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {systemErrorName} from './system-error.js';

/**
 * As `file.sync()`, which Yarn's Plug'n'Play leaves out of the file handles that it puts in place of Node's: there it throws
 * "Method not implemented". Where the file system has no such call, or none for folders (SMB, FUSE), it does what it can by
 * itself.
 */
export function syncOpen(file: FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(file.fd, (error) => (error === null || isUnknown(error) ? resolve() : reject(error)));
  });
}

function isUnknown(error: NodeJS.ErrnoException): boolean {
  return ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemErrorName(error) ?? '');
}
