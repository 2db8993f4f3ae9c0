import {audioProblem, type Span} from './audio-format.js';
import {fileChunks} from './file-bytes.js';

/** An Ogg page (RFC 3533, section 6): a header of 27 bytes, a segment table, and up to 255 segments of 255 bytes. */
export interface OggPage {
  /** Byte of the file. */
  readonly at: number;
  readonly serial: number;
  /** Of a recording. */
  readonly first: boolean;
  readonly last: boolean;
  /** Whether it begins within a packet that began on an earlier page. */
  readonly continued: boolean;
  /** Position at the end of the last packet that ends here, in units of the codec; -1 when none does. */
  readonly granule: number;
  /** All of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const headerBytes = 27;
export const maxPageBytes = headerBytes + 255 + 255 * 255;
const capture = Buffer.from('OggS\0', 'latin1');
export const flagsAt = 5;
export const lastFlag = 4;

/** The page at `at`; `partial` when it begins like one but is not all there, `undefined` when it is none. */
export function readPage(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  base = 0,
): OggPage | 'partial' | undefined {
  if (capture.some((byte, i) => at + i < bytes.length && bytes[at + i] !== byte)) return undefined;
  if (at + headerBytes > bytes.length) return 'partial';
  const body = at + headerBytes + bytes[at + 26]!;
  if (body > bytes.length) return 'partial';
  const end = body + bytes.subarray(at + headerBytes, body).reduce((sum, segment) => sum + segment, 0);
  if (end > bytes.length) return 'partial';
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const flags = bytes[at + flagsAt]!;
  return {
    at: base + at,
    serial: view.getUint32(14, true),
    continued: (flags & 1) !== 0,
    first: (flags & 2) !== 0,
    last: (flags & lastFlag) !== 0,
    granule: Number(view.getBigInt64(6, true)),
    bytes: bytes.slice(at, end),
  };
}

/** Pieces of packets on a page; each ends here, but for the last one if `open`. */
export function packetPieces(page: OggPage): {readonly pieces: Uint8Array[]; readonly open: boolean} {
  const segments = page.bytes.subarray(headerBytes, headerBytes + page.bytes[26]!);
  const pieces: Uint8Array[] = [];
  let start = headerBytes + segments.length;
  let length = 0;
  for (const segment of segments) {
    length += segment;
    if (segment === 255) continue;
    pieces.push(page.bytes.subarray(start, start + length));
    start += length;
    length = 0;
  }
  const open = segments.at(-1) === 255;
  if (open) pieces.push(page.bytes.subarray(start, start + length));
  return {pieces, open};
}

/** A page, or bytes that are none: something between pages, or the beginning of one at the end of the file. */
export type OggPiece =
  | {readonly kind: 'page'; readonly page: OggPage}
  | {readonly kind: 'other'; readonly at: number; readonly length: number}
  | {readonly kind: 'cut'; readonly at: number};

const chunkBytes = 65_536;

/**
 * The pages in a span of a file, each one's checksum verified: decoders skip damaged pages in silence, and the sound would
 * just be shorter. Throws `audio/damaged`.
 */
export async function* oggPieces(path: string, span: Span): AsyncGenerator<OggPiece> {
  let pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let base = span.start;
  for await (const chunk of fileChunks(path, {chunkBytes, ...span})) {
    pending = joined(pending, chunk);
    let at = 0;
    for (let next = nextPiece(pending, at, base); next !== undefined; next = nextPiece(pending, at, base)) {
      if (next.kind === 'page' && checksum(next.page.bytes) !== statedChecksum(next.page.bytes))
        throw audioProblem('audio/damaged', path, `has a damaged Ogg page at byte ${next.page.at}`);
      at += next.kind === 'page' ? next.page.bytes.length : next.length;
      yield next;
    }
    pending = pending.slice(at);
    base += at;
  }
  if (pending.length === 0) return;
  const cut = readPage(pending, 0) === 'partial' && pending.length >= capture.length;
  yield cut ? {kind: 'cut', at: base} : {kind: 'other', at: base, length: pending.length};
}

/** `undefined`: more bytes are needed to tell. */
function nextPiece(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  base: number,
): Exclude<OggPiece, {kind: 'cut'}> | undefined {
  const page = readPage(bytes, at, base);
  if (page === 'partial' || at >= bytes.length) return undefined;
  if (page !== undefined) return {kind: 'page', page};
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(capture, at);
  const next = found >= 0 ? found : bytes.length - capture.length + 1;
  return next > at ? {kind: 'other', at: base + at, length: next - at} : undefined;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function statedChecksum(page: Uint8Array): number {
  return new DataView(page.buffer, page.byteOffset).getUint32(22, true);
}

/** CRC-32 with polynomial 0x04c11db7, not reflected, starting from 0; the checksum's own bytes count as zeros. */
function checksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i += 1) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!;
    crc = (crc << 8) ^ crcTable[((crc >>> 24) ^ byte) & 0xff]!;
  }
  return crc >>> 0;
}

const crcTable = Int32Array.from({length: 256}, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
