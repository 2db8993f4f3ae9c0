import {removeTree} from './remove.js';
import {isSystemError} from './system-error.js';

/**
 * Removes what no one needs any more. What cannot be removed (somebody else's, on a disk that breaks) costs room and nothing else:
 * no work that is done fails for it, and the next run tries again.
 */
export async function removeLeftover(path: string): Promise<void> {
  try {
    await removeTree(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
