import type {StatsBase} from 'node:fs';
import {SidestepError} from './problem.js';

/** What a name stands for, in words, when it is neither a file nor a folder; undefined for those two. */
export function oddKind(
  stat: Pick<
    StatsBase<unknown>,
    | 'isFile'
    | 'isDirectory'
    | 'isSymbolicLink'
    | 'isFIFO'
    | 'isSocket'
    | 'isBlockDevice'
    | 'isCharacterDevice'
  >,
): string | undefined {
  if (stat.isFile() || stat.isDirectory()) return undefined;
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

/** A program that opens one of these may wait for ever, or read without end. */
export function notAFile(path: string, kind: string): SidestepError {
  return new SidestepError({
    code: 'run/not-a-file',
    message: `${path} is ${kind}, not a file`,
    hint: 'Name a file or a folder: what comes from a pipe or a device has to be saved as a file first.',
  });
}
