import {chmod} from 'node:fs/promises';
import {isFileError} from './durable.js';

/**
 * Gives a file of ours these permissions, less those that this process keeps from others (its umask), as a new file would get
 * them. A file system that has no permissions (FAT, some network disks) stays as it is.
 */
export async function allow(path: string, mode: number): Promise<void> {
  try {
    await chmod(path, mode & ~process.umask());
  } catch (error) {
    if (!isFileError(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL')) throw error;
  }
}
