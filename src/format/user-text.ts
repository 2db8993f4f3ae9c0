import {isUtf8} from 'node:buffer';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {readUserFile} from './user-file.js';

/**
 * A text file of the user's with line ends as `\n`: UTF-8 with or without a byte order mark, or UTF-16 with one.
 * Throws what `readUserFile` throws, and `text/wrong-encoding` with line and likely encoding.
 */
export async function readUserText(path: string): Promise<string> {
  return decodeText(await readUserFile(path), path).replace(/\r\n?/g, '\n');
}

/** The same with its line ends as they are, for a file that is shown or written back. */
export async function readUserDocument(path: string): Promise<string> {
  return decodeText(await readUserFile(path), path);
}

/** The characters of a text file, its byte order mark left out. Throws `text/wrong-encoding`. */
export function decodeText(bytes: Uint8Array, file: string): string {
  const marked = byteOrderMarks.find(({mark}) => mark.every((byte, i) => bytes[i] === byte));
  if (marked?.encoding === 'utf-32') throw otherEncoding(file, 'UTF-32', 'UTF-32');
  if (marked !== undefined) return decoded(bytes.subarray(marked.mark.length), marked.encoding, file);
  if (bytes.includes(0)) throw zeroBytes(bytes, file);
  return decoded(bytes, 'utf-8', file);
}

const byteOrderMarks = [
  {encoding: 'utf-32', mark: [0xff, 0xfe, 0, 0]},
  {encoding: 'utf-32', mark: [0, 0, 0xfe, 0xff]},
  {encoding: 'utf-8', mark: [0xef, 0xbb, 0xbf]},
  {encoding: 'utf-16le', mark: [0xff, 0xfe]},
  {encoding: 'utf-16be', mark: [0xfe, 0xff]},
] as const;

function decoded(bytes: Uint8Array, encoding: string, file: string): string {
  try {
    return new TextDecoder(encoding, {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    throw encoding === 'utf-8'
      ? notUtf8(bytes, file)
      : otherEncoding(file, `damaged ${encoding.toUpperCase()}`);
  }
}

/** Every second byte of Latin text in UTF-16 is zero; no text has zeros in UTF-8. */
function zeroBytes(bytes: Uint8Array, file: string): SidestepError {
  const zeros = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (zeros < bytes.length / 8) return otherEncoding(file, 'no text: it holds zero bytes');
  const order = bytes[0] === 0 ? 'UTF-16BE' : 'UTF-16LE';
  return otherEncoding(file, `${order.slice(0, 6)} without a byte order mark, or no text`, order);
}

function notUtf8(bytes: Uint8Array, file: string): SidestepError {
  const at = firstWrongByte(bytes);
  const line = 1 + bytes.subarray(0, at).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  const guess = likelyEncoding(bytes);
  const hex = bytes[at]!.toString(16).toUpperCase().padStart(2, '0');
  return new SidestepError({
    code: 'text/wrong-encoding',
    message: `${shownPath(file)}:${line} is not UTF-8: byte 0x${hex} begins no character; it looks like ${guess.words}`,
    position: {file, line, column: 1},
    hint: saveAs(file, guess.name),
  });
}

/** Where the character begins that is none: before the bytes that others should have followed. */
function firstWrongByte(bytes: Uint8Array): number {
  let whole = 0; // bytes known to be right
  for (let step = bytes.length; step > 0; step = Math.floor(step / 2)) {
    while (whole + step <= bytes.length && isPrefix(bytes.subarray(0, whole + step))) whole += step;
  }
  while (!isUtf8(bytes.subarray(0, whole))) whole -= 1;
  return whole;
}

/** Could more bytes make UTF-8 of these? */
function isPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', {fatal: true}).decode(bytes, {stream: true});
    return true;
  } catch {
    return false;
  }
}

/** Two bytes a character where high bytes come in pairs, as in East Asian encodings; else the western one of Windows. */
function likelyEncoding(bytes: Uint8Array): {name: string; words: string} {
  const runs =
    Buffer.from(bytes)
      .toString('latin1')
      .match(/[\x80-\xff]+/g) ?? [];
  const paired = runs.filter((run) => run.length % 2 === 0).length;
  return paired > 0.8 * runs.length
    ? {name: 'GBK', words: 'GBK, Shift_JIS or another East Asian encoding'}
    : {name: 'WINDOWS-1252', words: 'Windows-1252 (Western European)'};
}

function otherEncoding(file: string, found: string, name?: string): SidestepError {
  return new SidestepError({
    code: 'text/wrong-encoding',
    message: `${shownPath(file)} is not UTF-8 text; it looks like ${found}`,
    hint: name === undefined ? 'Save it as UTF-8 text.' : saveAs(file, name),
  });
}

function saveAs(file: string, encoding: string): string {
  return `Save it as UTF-8, in an editor or with: iconv -f ${encoding} -t UTF-8 ${JSON.stringify(shownPath(file))}`;
}
