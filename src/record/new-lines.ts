import {closeSync, openSync, readSync} from 'node:fs';
import {isFileError} from '../base/durable.js';

const BLOCK_BYTES = 64 * 1024;
const LINE_END = 10;

/** Reads a growing file of lines. */
export interface LineReader {
  /** The whole lines that came since the last call, in order; none while the file is absent. */
  readonly read: () => string[];
  /** What is after the last line end: the beginning of a line, or the end of a file that was cut. */
  readonly rest: () => string;
}

export function readNewLines(path: string): LineReader {
  let offset = 0;
  let open = Buffer.alloc(0); // of a line whose end is not there yet; bytes, since a letter may be cut too
  return {
    read: () => {
      const bytes = bytesFrom(path, offset);
      offset += bytes.length;
      const all = Buffer.concat([open, bytes]);
      const end = all.lastIndexOf(LINE_END) + 1;
      open = all.subarray(end);
      return end === 0 ? [] : all.toString('utf8', 0, end - 1).split('\n');
    },
    rest: () => open.toString('utf8'),
  };
}

function bytesFrom(path: string, offset: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
  try {
    const blocks: Buffer[] = [];
    for (let at = offset; ; ) {
      const block = Buffer.alloc(BLOCK_BYTES);
      const read = readSync(file, block, 0, BLOCK_BYTES, at);
      if (read === 0) return Buffer.concat(blocks);
      blocks.push(block.subarray(0, read));
      at += read;
    }
  } finally {
    closeSync(file);
  }
}
