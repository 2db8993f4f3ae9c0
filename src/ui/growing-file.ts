import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {isSystemError} from '../base/system-error.js';

const BLOCK_BYTES = 256 * 1024;
const LINE_END = 10;

/** Whole lines of a file of events, and the byte behind the last of them: where the next reading begins. */
export interface Lines {
  readonly lines: readonly string[];
  readonly end: number;
}

/**
 * What a growing file holds from a byte on, a block at a time; a line whose end is not written yet is left for later. `gone`: the file
 * is no longer there, is a link, or is shorter than it was, so that it is another one now.
 */
export async function linesFrom(path: string, from: number): Promise<Lines | 'absent' | 'gone'> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (isSystemError(error)) return from === 0 ? 'absent' : 'gone';
    throw error;
  }
  try {
    const {size} = await file.stat();
    if (size < from) return 'gone';
    return await readLines(file, from);
  } finally {
    await file.close();
  }
}

/** A block, or as many as the first line needs. */
async function readLines(file: FileHandle, from: number): Promise<Lines> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const block = Buffer.alloc(BLOCK_BYTES);
    const {bytesRead} = await file.read(block, 0, BLOCK_BYTES, from + bytes.length);
    bytes = Buffer.concat([bytes, block.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(LINE_END) + 1;
    if (end > 0) return {lines: bytes.toString('utf8', 0, end - 1).split('\n'), end: from + end};
    if (bytesRead < BLOCK_BYTES) return {lines: [], end: from};
  }
}
