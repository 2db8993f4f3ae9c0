import {viewOf} from './file-bytes.js';
import {textAt} from './tags.js';

/** One frame of MPEG audio layer III (ISO/IEC 11172-3 and 13818-3). */
export interface Mp3Frame {
  readonly sample_rate: number;
  readonly channels: number;
  /** Audio samples per channel: 1152 for MPEG-1, 576 for MPEG-2 and 2.5. */
  readonly samples: number;
  /** Bytes from the start of this frame to the next. */
  readonly length: number;
  /** Bytes of header and side information, behind which a Xing or Info tag may be. */
  readonly sideEnd: number;
}

/** No frame is longer: 320 kbit/s at 32 kHz, or 160 at 8 kHz, and padding. */
export const longestMp3Frame = 2881;

const rates = [44_100, 48_000, 32_000];
const kilobits1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kilobits2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

export function readMp3Frame(bytes: Uint8Array, at: number): Mp3Frame | undefined {
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

/** What an encoder left in a first frame that is no sound: Xing or Info with LAME's extension, or VBRI. */
export interface Mp3Tag {
  /** Frames behind this one; `undefined` when it does not say, or says what cannot be. */
  readonly frames: number | undefined;
  /** Audio samples that the encoder put before and behind the music; 0 when it does not say. */
  readonly delay: number;
  readonly padding: number;
}

/** A count of 0 or of days of music was never filled in. */
const mostFrames = 2 ** 24;

export function readMp3Tag(bytes: Uint8Array, at: number, frame: Mp3Frame): Mp3Tag | undefined {
  const view = viewOf(bytes);
  const u32 = (place: number) => (place + 4 <= bytes.length ? view.getUint32(place) : 0);
  const counted = (frames: number) => (frames > 0 && frames < mostFrames ? frames : undefined);
  if (textAt(bytes, at + 36, 4) === 'VBRI') return {frames: counted(u32(at + 50)), delay: 0, padding: 0};
  const tag = at + frame.sideEnd;
  if (!['Xing', 'Info'].includes(textAt(bytes, tag, 4))) return undefined;
  const flags = u32(tag + 4);
  const frames = (flags & 1) === 0 ? undefined : counted(u32(tag + 8));
  const extension =
    tag + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const delays = bytes.subarray(extension + 21, extension + 24);
  if (!/^(LAME|Lav[cf]|GOGO)/.test(textAt(bytes, extension, 4)) || delays.length < 3)
    return {frames, delay: 0, padding: 0};
  return {
    frames,
    delay: (delays[0]! << 4) | (delays[1]! >> 4),
    padding: ((delays[1]! & 15) << 8) | delays[2]!,
  };
}
