import {type AudioFormat, audioProblem, type Span} from './audio-format.js';
import type {FileBytes} from './file-bytes.js';
import {flacFrameEnd} from './flac-frame.js';
import {textAt} from './tags.js';

/** `fLaC`, then the STREAMINFO block: 4 bytes of block header and 34 of content. */
export const flacHeaderBytes = 42;

/** STREAMINFO of a FLAC file (RFC 9639, section 8.2). `bytes` starts with `fLaC`. Throws `audio/damaged`. */
export function parseFlac(bytes: Uint8Array, path: string): AudioFormat {
  if (bytes.length < flacHeaderBytes || (bytes[4]! & 0x7f) !== 0)
    throw audioProblem('audio/damaged', path, 'is a FLAC file without stream information');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = view.getBigUint64(18); // 20 bits rate, 3 channels - 1, 5 bits per sample - 1, 36 total samples
  const sample_rate = Number(packed >> 44n);
  const total = Number(packed & 0xfffffffffn);
  if (sample_rate === 0)
    throw audioProblem('audio/damaged', path, 'is a FLAC file with a sample rate of zero');
  return {
    codec: 'flac',
    sample_rate,
    channels: Number((packed >> 41n) & 7n) + 1,
    bits: Number((packed >> 36n) & 31n) + 1,
    frames: total === 0 ? null : total, // zero: the encoder did not know
  };
}

/** One recording in a file; several may be behind each other. */
export interface FlacLink {
  readonly format: AudioFormat;
  /** `fLaC` and STREAMINFO as the only block: what a decoder needs of the metadata. */
  readonly head: Uint8Array;
  /** The frames; what is behind the last one is no part of it. */
  readonly frames: Span;
}

/** All recordings in the span. Throws `audio/damaged` and `audio/truncated`. */
export async function findFlacLinks(file: FileBytes, span: Span): Promise<FlacLink[]> {
  const starts = await findStarts(file, span);
  const links: FlacLink[] = [];
  for (const [i, start] of starts.entries())
    links.push(await readLink(file, {start, end: starts[i + 1] ?? span.end}));
  return links;
}

/** Marker, block type 0 and its length: eight bytes that do not come about by chance. */
const startMarker = Buffer.from('fLaC\x00\x00\x00\x22', 'latin1');
const lastBlock = 0x80;
const scanBytes = 2 ** 20;

async function findStarts(file: FileBytes, span: Span): Promise<number[]> {
  const starts = [span.start];
  for (let at = span.start + 4; at < span.end; at += scanBytes) {
    const bytes = Buffer.from(await file.at(at, Math.min(scanBytes + startMarker.length - 1, span.end - at)));
    for (let i = bytes.indexOf(startMarker); i >= 0; i = bytes.indexOf(startMarker, i + 1))
      starts.push(at + i);
  }
  return starts;
}

async function readLink(file: FileBytes, span: Span): Promise<FlacLink> {
  const head = await file.at(span.start, flacHeaderBytes);
  const format = parseFlac(head, file.path);
  const start = await behindMetadata(file, span);
  head[4]! |= lastBlock;
  return {format, head, frames: {start, end: await lastFrameEnd(file, {start, end: span.end}, format.bits!)}};
}

async function behindMetadata(file: FileBytes, {start, end}: Span): Promise<number> {
  for (let at = start + 4; ; ) {
    const header = await file.at(at, 4);
    if (header.length < 4) throw audioProblem('audio/truncated', file.path, 'ends within its metadata');
    at += 4 + ((header[1]! << 16) | (header[2]! << 8) | header[3]!);
    if (at > end) throw audioProblem('audio/truncated', file.path, 'ends within its metadata');
    if ((header[0]! & lastBlock) !== 0) return at;
  }
}

const windowBytes = 65_536;
/** Two channels of 24 bits in blocks of 65,535 audio samples, uncompressed, and then some. */
const longestFrame = 2 ** 20;
/** More that is no sound is not looked over. */
const longestJunk = 2 ** 24;

/**
 * Byte behind the last whole frame. Tags and whatever else was appended would be taken for a part of it by a decoder that
 * looks for the next frame's mark. Searched from the end; where there is none, the end itself.
 */
async function lastFrameEnd(file: FileBytes, span: Span, bits: number): Promise<number> {
  const lowest = Math.max(span.start, span.end - longestJunk);
  for (let end = span.end; end > lowest; end -= windowBytes) {
    const start = Math.max(lowest, end - windowBytes);
    const window = await file.at(start, Math.min(end - start + longestFrame, span.end - start));
    for (
      let i = window.lastIndexOf(0xff, end - start - 1);
      i >= 0;
      i = i === 0 ? -1 : window.lastIndexOf(0xff, i - 1)
    ) {
      const found = flacFrameEnd(window, i, bits);
      if (found !== undefined) return start + found;
    }
  }
  return span.end;
}

/**
 * The decoder scales integers by the largest positive value (1 / 32 767 for 16 bits), which is not what libsndfile does
 * and makes -1 reach below -1. This restores the integer, whose distance from its neighbours is far above float32's
 * rounding up to 24 bits, and scales it by the power of two.
 */
export function rescaleFlac(samples: Float32Array, bits: number): void {
  if (bits > 24) return; // the two scales are closer than float32 can tell
  const largest = 2 ** (bits - 1) - 1;
  const scale = 2 ** (1 - bits);
  for (let i = 0; i < samples.length; i += 1) samples[i] = Math.round(samples[i]! * largest) * scale;
}

/** Whether an Ogg packet is a frame; before them come metadata blocks. */
export function isFlacFrame(packet: Uint8Array): boolean {
  return packet[0] === 0xff;
}

/** The STREAMINFO of the mapping's first packet (`\x7fFLAC`, version, number of headers, then as in a file). */
export function oggFlacHead(packet: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (textAt(packet, 0, 5) !== '\x7fFLAC') return undefined;
  const head = packet.slice(9, 9 + flacHeaderBytes);
  if (head.length === flacHeaderBytes) head[4]! |= lastBlock;
  return head;
}
