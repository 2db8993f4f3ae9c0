import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {isSystemError} from '../base/system-error.js';
import {visible} from '../render/visible.js';

/** More than a page shows; a stage may have said gigabytes. */
const MOST_BYTES = 128 * 1024;
const LONGEST_LINE = 2000;
const LINE_END = 10;

/** Lines of a log, made visible, and the byte behind them. `cut`: lines before these were left out. */
export interface LogPart {
  readonly lines: readonly string[];
  readonly end: number;
  readonly cut: boolean;
}

/** `ended`: nothing more comes, so that a last line without an end is a line too. A log that is not there says nothing. */
export async function logPart(path: string, from: number, writer: 'goes_on' | 'ended'): Promise<LogPart> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (isSystemError(error)) return {lines: [], end: 0, cut: false};
    throw error;
  }
  try {
    return await partOf(file, from, writer);
  } finally {
    await file.close();
  }
}

async function partOf(file: FileHandle, from: number, writer: 'goes_on' | 'ended'): Promise<LogPart> {
  const {size} = await file.stat();
  const known = from <= size ? from : 0; // else it is another file by now
  const start = Math.max(known, size - MOST_BYTES);
  const {buffer, bytesRead} = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, start);
  const bytes = buffer.subarray(0, bytesRead);
  const cut = start > known;
  const first = cut ? bytes.indexOf(LINE_END) + 1 : 0; // a line whose beginning was left out is left out
  const whole = bytes.lastIndexOf(LINE_END) + 1;
  const last = writer === 'ended' || bytes.length === MOST_BYTES ? bytes.length : whole;
  const text = bytes.toString('utf8', first, Math.max(first, last));
  return {lines: linesOf(text), end: start + Math.max(first, last), cut};
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => visible(line.slice(0, LONGEST_LINE)));
}
