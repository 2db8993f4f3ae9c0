import {statSync} from 'node:fs';
import {type FaultHook, noFault, writeDurably} from './durable.js';
import {followLinks} from './follow-links.js';
import {oddKind} from './plain-file.js';
import {writeFile} from './write-file.js';

interface UserWrite {
  readonly fault?: FaultHook;
  /** Where a file is written first: see `writeDurably`. */
  readonly ownName?: (path: string) => string;
}

/**
 * Writes a file that is the user's, at a place the user chose, as an editor would: a link stays a link and what it leads to
 * is replaced, permissions stay, and what is no file (`/dev/stdout`, a named pipe) is written into. Throws the file system's
 * error.
 */
export async function writeUserFile(
  path: string,
  text: string,
  {fault = noFault, ownName}: UserWrite = {},
): Promise<void> {
  const found = statSync(path, {throwIfNoEntry: false});
  if (found !== undefined && oddKind(found) !== undefined) return writeFile(path, text);
  const {real} = followLinks(path);
  await writeDurably(real, text, fault, ownName?.(real));
}
