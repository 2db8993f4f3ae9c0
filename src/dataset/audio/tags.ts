import type {Span} from './audio-format.js';
import {type FileBytes, viewOf} from './file-bytes.js';

/**
 * The part of a file that is neither an ID3v2 or APE tag in front nor an ID3v1, APE or Lyrics3 tag behind. Taggers put them
 * around every kind of file, whether its format knows them or not.
 */
export async function withoutTags(file: FileBytes): Promise<Span> {
  const start = await behindTags(file);
  return {start, end: await beforeTags(file, start)};
}

async function behindTags(file: FileBytes): Promise<number> {
  for (let at = 0; ; ) {
    const header = await file.at(at, apeBytes);
    const length = id3v2Length(header, 0) || apeLength(header);
    if (length === 0 || at + length > file.size) return at;
    at += length;
  }
}

/** Bytes of the ID3v2 tag at `at`, 0 when there is none: ten bytes of header, whose size has seven bits to the byte. */
export function id3v2Length(bytes: Uint8Array, at: number): number {
  if (at + 10 > bytes.length || textAt(bytes, at, 3) !== 'ID3') return 0;
  const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (bytes[at + i]! & 0x7f), 0);
  return 10 + size + ((bytes[at + 5]! & 0x10) !== 0 ? 10 : 0);
}

/** Bytes of the APE tag that begins with `header`, 0 when there is none. Its size counts the footer, not the header. */
function apeLength(header: Uint8Array): number {
  if (header.length < apeBytes || textAt(header, 0, 8) !== 'APETAGEX') return 0;
  return apeBytes + viewOf(header).getUint32(12, true);
}

const id3v1Bytes = 128;
const apeBytes = 32;
const lyrics3Bytes = 15;

/** The tags are in any order, so each found one may have another before it. */
async function beforeTags(file: FileBytes, start: number): Promise<number> {
  for (let end = file.size; ; ) {
    const tail = await file.at(Math.max(start, end - id3v1Bytes), Math.min(id3v1Bytes, end - start));
    const length = trailingTag(tail);
    if (length === 0 || end - length < start) return end;
    end -= length;
  }
}

/** Bytes of the tag that ends where `tail` ends. */
function trailingTag(tail: Uint8Array): number {
  const {length} = tail;
  if (length >= id3v1Bytes && textAt(tail, length - id3v1Bytes, 3) === 'TAG') return id3v1Bytes;
  if (length >= apeBytes && textAt(tail, length - apeBytes, 8) === 'APETAGEX') {
    const footer = viewOf(tail.subarray(length - apeBytes));
    const header = (footer.getUint32(20, true) & 0x8000_0000) !== 0 ? apeBytes : 0;
    return footer.getUint32(12, true) + header; // the size counts the footer, not the header
  }
  if (length >= lyrics3Bytes && textAt(tail, length - 9, 9) === 'LYRICS200') {
    const size = Number(textAt(tail, length - lyrics3Bytes, 6));
    return Number.isInteger(size) ? size + lyrics3Bytes : 0;
  }
  return 0;
}

export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
}
