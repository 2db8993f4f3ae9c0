import {type AudioFormat, audioProblem, type Span} from './audio-format.js';
import type {OpusHead} from './codecs.js';
import {type FileBytes, viewOf} from './file-bytes.js';
import {oggFlacHead, parseFlac} from './flac.js';
import {maxPageBytes, type OggPage, packetPieces, readPage} from './ogg-page.js';
import {textAt} from './tags.js';

/** What the first packet of a recording says. */
export type OggHead =
  | {readonly codec: 'vorbis'; readonly sample_rate: number; readonly channels: number}
  | {readonly codec: 'opus'; readonly sample_rate: 48_000; readonly channels: number; readonly opus: OpusHead}
  | {
      readonly codec: 'ogg_flac';
      readonly sample_rate: number;
      readonly channels: number;
      readonly bits: number;
      /** As a FLAC file would begin. */
      readonly head: Uint8Array;
    };

/**
 * Codec, rate and length of an Ogg file. `undefined` when it holds several streams at once or begins with a codec that is
 * not known here. Throws `audio/truncated` and `audio/damaged`.
 */
export async function probeOgg(file: FileBytes, span: Span): Promise<AudioFormat | undefined> {
  const start = await file.at(span.start, Math.min(2 * maxPageBytes, span.end - span.start));
  const page = readPage(start, 0);
  if (page === undefined) return undefined;
  if (page === 'partial') throw audioProblem('audio/truncated', file.path, 'ends within its first Ogg page');
  const second = readPage(start, page.bytes.length);
  if (typeof second === 'object' && second.first) return undefined; // several streams at once, such as a film
  const head = page.first
    ? parseOggHead(packetPieces(page).pieces[0] ?? new Uint8Array(0), file.path)
    : undefined;
  if (head === undefined) return undefined;
  const {codec, sample_rate, channels} = head;
  const bits = codec === 'ogg_flac' ? {bits: head.bits} : {};
  const frames = await framesOf(file, {span, start, page, head});
  return {codec, sample_rate, channels, ...bits, frames, span};
}

/** `undefined` for other codecs. Throws `audio/damaged`. */
export function parseOggHead(packet: Uint8Array, path: string): OggHead | undefined {
  const view = viewOf(packet);
  if (textAt(packet, 0, 7) === '\x01vorbis' && packet.length >= 16)
    return usable(
      {codec: 'vorbis', channels: view.getUint8(11), sample_rate: view.getUint32(12, true)},
      path,
    );
  if (textAt(packet, 0, 8) === 'OpusHead' && packet.length >= 19) {
    const opus = parseOpusHead(packet);
    return usable({codec: 'opus', sample_rate: 48_000, channels: opus.channels, opus}, path);
  }
  const head = oggFlacHead(packet);
  if (head === undefined) return undefined;
  const {sample_rate, channels, bits = 16} = parseFlac(head, path);
  return {codec: 'ogg_flac', sample_rate, channels, bits, head};
}

function usable<Head extends OggHead>(head: Head, path: string): Head {
  if (head.channels > 0 && head.sample_rate > 0) return head;
  throw audioProblem(
    'audio/damaged',
    path,
    `is an Ogg file whose header states no channels or no sample rate`,
  );
}

/** From Vorbis' order of channels (left, centre, right, …) to left, right, centre, … (RFC 7845, section 5.1.1.2). */
const surround: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

function parseOpusHead(packet: Uint8Array): OpusHead {
  const view = viewOf(packet);
  const channels = packet[9]!;
  const common = {channels, pre_skip: view.getUint16(10, true), gain: view.getInt16(16, true)};
  if (packet[18] === 0)
    return {...common, streams: 1, coupled: channels - 1, mapping: channels === 1 ? [0] : [0, 1]};
  const table = [...packet.subarray(21, 21 + channels)];
  const order = packet[18] === 1 ? surround[channels] : undefined;
  return {
    ...common,
    streams: packet[19] ?? 0,
    coupled: packet[20] ?? 0,
    mapping: order === undefined ? table : order.map((i) => table[i]!),
  };
}

interface Look {
  readonly span: Span;
  /** The first bytes, which begin with `page`. */
  readonly start: Uint8Array<ArrayBuffer>;
  readonly page: OggPage;
  readonly head: OggHead;
}

/** From the last page's position. A recording cut out of a longer one keeps its positions: only decoding tells its length. */
async function framesOf(file: FileBytes, {span, start, page, head}: Look): Promise<number | null> {
  const last = await lastGranule(file, span, page.serial);
  const first = firstGranule(start, page);
  const skipped = head.codec === 'opus' ? head.opus.pre_skip : 0;
  const late = first > lateSeconds * head.sample_rate;
  return last === undefined || late ? null : Math.max(0, last - skipped);
}

/** Encoders put less onto a page. */
const lateSeconds = 8;

/** Position at the end of the first page of sound, or 0 when it is not in these bytes. */
function firstGranule(bytes: Uint8Array<ArrayBuffer>, first: OggPage): number {
  for (let at = first.bytes.length; ; ) {
    const page = readPage(bytes, at);
    if (typeof page !== 'object') return 0;
    if (page.granule > 0) return page.granule;
    at += page.bytes.length;
  }
}

/** Position of the last page that ends a packet; `undefined` when the file ends with another recording than it began with. */
async function lastGranule(file: FileBytes, span: Span, serial: number): Promise<number | undefined> {
  const position = Math.max(span.start, span.end - 2 * maxPageBytes);
  const tail = await file.at(position, span.end - position);
  for (let at = tail.lastIndexOf(0x4f); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(0x4f, at - 1)) {
    const page = readPage(tail, at);
    if (typeof page !== 'object' || page.granule < 0) continue;
    return page.serial === serial ? page.granule : undefined;
  }
  return undefined;
}
