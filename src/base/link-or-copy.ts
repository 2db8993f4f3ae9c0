import {copyFile, link} from 'node:fs/promises';
import {isFileError} from './durable.js';

/** Gives a file a second name; a copy where that cannot be: no hard links, no more of them, another disk. */
export async function linkOrCopy(source: string, target: string): Promise<'linked' | 'copied'> {
  try {
    await link(source, target);
    return 'linked';
  } catch (error) {
    if (!isFileError(error, 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV')) throw error;
    await copyFile(source, target);
    return 'copied';
  }
}
