import {readFileSync, statSync} from 'node:fs';
import {isFileError} from '../base/durable.js';
import {failure, ok, type Result} from '../base/result.js';
import {emptyLock} from './lock-file.js';
import {type LockReading, parseLock} from './parse-lock.js';

/**
 * A lock file; an absent one is empty. Problems: those of `parseLock`, and `record/unreadable-lock-file`
 * for what is no file or may not be read.
 */
export function readLock(path: string): Result<LockReading> {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is no file');
    return parseLock(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return ok({lock: emptyLock, warning: undefined});
    if (error instanceof Error && 'syscall' in error) return unreadable(path, error.message);
    throw error;
  }
}

function unreadable(file: string, reason: string): Result<never> {
  return failure({
    code: 'record/unreadable-lock-file',
    message: `Cannot read the lock file: ${reason}`,
    position: {file, line: 1, column: 1},
    hint: 'sidestep writes a file of this name; move away what is there.',
  });
}
