import {type AudioFormat, audioProblem} from './audio-format.js';
import type {FileBytes} from './file-bytes.js';
import {parseFlac} from './flac.js';

/** An Ogg page (RFC 3533, section 6): a header of 27 bytes, a segment table, and up to 255 segments of 255 bytes. */
interface Page {
  readonly serial: number;
  readonly first: boolean;
  /** Position at the end of the page in units of its codec; -1 when no packet ends here. */
  readonly granule: bigint;
  readonly checksum: number;
  /** Bytes from the page's start to its content, and to its end. */
  readonly body: number;
  readonly end: number;
}

const headerBytes = 27;
const maxPageBytes = headerBytes + 255 + 255 * 255;

/**
 * Codec, rate and length of an Ogg file. `undefined` when it holds several streams or a codec that is not known here.
 * The length is the last page's position, which libvorbis and libopus cut the sound to.
 */
export async function probeOgg(file: FileBytes): Promise<AudioFormat | undefined> {
  const start = await file.at(0, 2 * maxPageBytes);
  const page = readPage(start, 0);
  if (page === undefined || page.end > start.length)
    throw audioProblem('audio/truncated', file.path, 'ends within its first Ogg page');
  const second = readPage(start, page.end);
  if (second?.first) return undefined; // several streams at once, such as a film
  const head = parseHead(start.subarray(page.body, page.end), file.path);
  if (head === undefined || head.frames !== null) return head;
  const last = await lastGranule(file, page.serial);
  return last === undefined ? head : {...head, frames: Math.max(0, last - head.skipped)};
}

/** What the first packet says; `skipped` samples at the start are decoded and thrown away (opus). */
function parseHead(packet: Uint8Array, path: string): (AudioFormat & {skipped: number}) | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const name = Buffer.from(packet.subarray(0, 8)).toString('latin1');
  const exact = {frames: null, frames_are: 'exact'} as const;
  if (name.startsWith('\x01vorbis') && packet.length >= 16)
    return {
      codec: 'vorbis',
      channels: view.getUint8(11),
      sample_rate: view.getUint32(12, true),
      ...exact,
      skipped: 0,
    };
  if (name === 'OpusHead' && packet.length >= 12)
    return {
      codec: 'opus',
      channels: view.getUint8(9),
      sample_rate: 48_000,
      ...exact,
      skipped: view.getUint16(10, true),
    };
  if (name.startsWith('\x7fFLAC'))
    return {...parseFlac(packet.subarray(9), path), codec: 'ogg_flac', skipped: 0};
  return undefined;
}

/** Position of the last page that ends a packet; `undefined` when the file ends with another stream than it began with. */
async function lastGranule(file: FileBytes, serial: number): Promise<number | undefined> {
  const position = Math.max(0, file.size - 2 * maxPageBytes);
  const tail = await file.at(position, 2 * maxPageBytes);
  for (let at = tail.lastIndexOf(0x4f); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(0x4f, at - 1)) {
    const page = readPage(tail, at);
    if (page === undefined || page.granule < 0n) continue;
    return page.serial === serial ? Number(page.granule) : undefined;
  }
  return undefined;
}

function readPage(bytes: Uint8Array, at: number): Page | undefined {
  if (at + headerBytes > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  if (view.getUint32(0) !== 0x4f676753 || view.getUint8(4) !== 0) return undefined; // OggS, version 0
  const body = headerBytes + view.getUint8(26);
  if (at + body > bytes.length) return undefined;
  const content = bytes.subarray(at + headerBytes, at + body).reduce((sum, segment) => sum + segment, 0);
  return {
    serial: view.getUint32(14, true),
    first: (view.getUint8(5) & 2) !== 0,
    granule: view.getBigInt64(6, true),
    checksum: view.getUint32(22, true),
    body: at + body,
    end: at + body + content,
  };
}

/**
 * The same bytes cut at page boundaries, each page's checksum verified: decoders skip damaged pages in silence, and the
 * sound would just be shorter. Throws `audio/damaged` and `audio/truncated`.
 */
export async function* checkedOggPages(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let pending = new Uint8Array(0);
  let position = 0;
  for await (const chunk of chunks) {
    pending = joined(pending, chunk);
    let end = 0;
    for (
      let page = readPage(pending, 0);
      page !== undefined && page.end <= pending.length;
      page = readPage(pending, end)
    ) {
      if (pageChecksum(pending.subarray(end, page.end)) !== page.checksum)
        throw audioProblem('audio/damaged', path, `has a damaged Ogg page at byte ${position + end}`);
      end = page.end;
    }
    if (end === 0 && pending.length >= 2 * maxPageBytes)
      throw audioProblem('audio/damaged', path, `has something that is not an Ogg page at byte ${position}`);
    if (end > 0) yield pending.slice(0, end);
    pending = pending.slice(end);
    position += end;
  }
  if (pending.length === 0 || isTag(pending)) return;
  throw audioProblem(
    'audio/truncated',
    path,
    `ends within an Ogg page, at byte ${position + pending.length}`,
  );
}

/** Some programs put ID3v1 tags even behind Ogg files. */
function isTag(bytes: Uint8Array): boolean {
  return bytes.length === 128 && Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'TAG';
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** CRC-32 with polynomial 0x04c11db7, not reflected, starting from 0; the checksum's own bytes count as zeros. */
function pageChecksum(page: Uint8Array): number {
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
