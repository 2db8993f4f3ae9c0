import {type AudioFormat, audioProblem} from './audio-format.js';
import type {FileBytes} from './file-bytes.js';

/** One frame of MPEG audio layer III (ISO/IEC 11172-3 and 13818-3). */
interface FrameHeader {
  readonly sample_rate: number;
  readonly channels: number;
  /** Audio samples per channel: 1152 for MPEG-1, 576 for MPEG-2 and 2.5. */
  readonly samples: number;
  /** Bytes from the start of this frame to the next. */
  readonly length: number;
  /** Bytes of header and side information, behind which a Xing or Info tag may stand. */
  readonly sideEnd: number;
}

const rates = [44_100, 48_000, 32_000];
const kilobits1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kilobits2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/**
 * Walks over every frame of an MP3 file: rate, channels and exact length, with the encoder's delay and padding taken off
 * when a LAME tag states them. `undefined` when there are no MPEG layer III frames.
 * Throws `audio/truncated` when frames promised by the tag are missing and `audio/damaged` when there is something
 * else between frames.
 */
export async function probeMp3(file: FileBytes): Promise<AudioFormat | undefined> {
  const bytes = await file.at(0, file.size); // compressed sound: a few megabytes
  const start = firstFrame(bytes);
  if (start === undefined) return undefined;
  const header = readFrame(bytes, start)!;
  const tag = readTag(bytes, {at: start, header});
  const walked = countFrames(bytes, {at: start, path: file.path});
  const counted = tag === undefined ? walked : walked - 1; // the tag's own frame is silent and not played
  const promised = tag?.frames ?? counted;
  if (counted < promised)
    throw audioProblem('audio/truncated', file.path, `states ${promised} MPEG frames but holds ${counted}`);
  return {
    codec: 'mp3',
    sample_rate: header.sample_rate,
    channels: header.channels,
    frames: Math.max(0, promised * header.samples - (tag?.trimmed ?? 0)),
    frames_are: tag?.kind === 'vbri' ? 'estimate' : 'exact', // VBRI leaves the encoder's delay open
  };
}

function readFrame(bytes: Uint8Array, at: number): FrameHeader | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[at + 1]! >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5, 1: reserved
  const layer = (bytes[at + 1]! >> 1) & 3; // 1: layer III
  const kilobits = (version === 3 ? kilobits1 : kilobits2)[bytes[at + 2]! >> 4] ?? 0;
  const rate = rates[(bytes[at + 2]! >> 2) & 3];
  if (version === 1 || layer !== 1 || kilobits === 0 || rate === undefined) return undefined;
  const sample_rate = rate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const samples = version === 3 ? 1152 : 576;
  const channels = bytes[at + 3]! >> 6 === 3 ? 1 : 2;
  const padding = (bytes[at + 2]! >> 1) & 1;
  const side = version === 3 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  const length = Math.floor((samples * kilobits * 125) / sample_rate) + padding;
  return {sample_rate, channels, samples, length, sideEnd: 4 + side};
}

/** The first place where two frames of the same kind follow each other, behind any ID3v2 tags. */
function firstFrame(bytes: Uint8Array): number | undefined {
  const start = behindTags(bytes, 0);
  const limit = Math.min(bytes.length, start + 65_536);
  for (let at = start; at < limit; at += 1) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) continue;
    const next = readFrame(bytes, at + frame.length);
    const alone = at + frame.length >= bytes.length;
    if (alone || (next?.sample_rate === frame.sample_rate && next.samples === frame.samples)) return at;
  }
  return undefined;
}

/** Skips ID3v2 tags: ten bytes of header, whose size has seven bits to the byte. */
function behindTags(bytes: Uint8Array, from: number): number {
  let at = from;
  while (textAt(bytes, at, 3) === 'ID3' && at + 10 <= bytes.length) {
    const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (bytes[at + i]! & 0x7f), 0);
    at += 10 + size + ((bytes[at + 5]! & 0x10) !== 0 ? 10 : 0);
  }
  return at;
}

function countFrames(bytes: Uint8Array, from: {at: number; path: string}): number {
  let {at} = from;
  let frames = 0;
  while (at < bytes.length) {
    const frame = readFrame(bytes, at);
    if (frame !== undefined) {
      frames += 1;
      at += frame.length;
      continue;
    }
    const behind = behindTags(bytes, at);
    if (behind === at) {
      const resumed = nextFrames(bytes, at);
      if (resumed === undefined) break; // tags or padding up to the end
      throw audioProblem(
        'audio/damaged',
        from.path,
        `has ${resumed - at} bytes at byte ${at} that are not MPEG audio`,
      );
    }
    at = behind;
  }
  return frames;
}

/** Where, behind something else, at least four frames follow each other again. */
function nextFrames(bytes: Uint8Array, from: number): number | undefined {
  for (let start = bytes.indexOf(0xff, from); start >= 0; start = bytes.indexOf(0xff, start + 1)) {
    let at = start;
    let run = 0;
    for (let frame = readFrame(bytes, at); frame !== undefined && run < 4; frame = readFrame(bytes, at)) {
      at += frame.length;
      run += 1;
    }
    if (run === 4) return start;
  }
  return undefined;
}

/** A Xing or Info tag in the first frame, with LAME's extension; `trimmed` samples are no part of the music. */
function readTag(
  bytes: Uint8Array,
  first: {at: number; header: FrameHeader},
): {kind: 'xing' | 'vbri'; frames: number | undefined; trimmed: number} | undefined {
  const {at, header} = first;
  const tag = at + header.sideEnd;
  if (textAt(bytes, at + 36, 4) === 'VBRI') return {kind: 'vbri', frames: u32(bytes, at + 50), trimmed: 0};
  if (!['Xing', 'Info'].includes(textAt(bytes, tag, 4))) return undefined;
  const flags = u32(bytes, tag + 4) ?? 0;
  const frames = (flags & 1) !== 0 ? u32(bytes, tag + 8) : undefined;
  const extension =
    tag + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const delays = bytes.subarray(extension + 21, extension + 24);
  if (!/^(LAME|Lav[cf]|GOGO)/.test(textAt(bytes, extension, 4)) || delays.length < 3)
    return {kind: 'xing', frames, trimmed: 0};
  const delay = (delays[0]! << 4) | (delays[1]! >> 4);
  const padding = ((delays[1]! & 15) << 8) | delays[2]!;
  return {kind: 'xing', frames, trimmed: delay + padding};
}

function u32(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
}
