import {type AudioFormat, audioProblem, type Span} from './audio-format.js';
import {ByteWindow} from './byte-window.js';
import type {FileBytes} from './file-bytes.js';
import {longestMp3Frame, type Mp3Frame, type Mp3Tag, readMp3Frame, readMp3Tag} from './mp3-frame.js';
import {id3v2Length, textAt} from './tags.js';

/** One recording in a file; several may be behind each other. */
export interface Mp3Link {
  /** Header of its first frame. */
  readonly frame: Mp3Frame;
  readonly tag: Mp3Tag | undefined;
  /** Frames of sound that are there, the tag's own not counted. */
  readonly frames: number;
  /** Where they are; between the pieces there are tags. */
  readonly pieces: readonly Span[];
}

/** The decoder's own delay in audio samples, which encoders do not count. */
const decoderDelay = 529;

/** Audio samples of a link that are music, counted from the first that is decoded. */
export function musicOf({tag, frame, frames}: Mp3Link): {readonly start: number; readonly end: number} {
  const all = frames * frame.samples;
  if (tag === undefined || tag.delay + tag.padding === 0) return {start: 0, end: all};
  const start = tag.delay + decoderDelay;
  // The padding is where the tag's count ends; frames far beyond it are another encoder's
  const missing = (tag.frames ?? frames) - frames;
  const beyond = missing < -mostMiscounted ? 0 : Math.max(0, missing) * frame.samples;
  const padding = missing < -mostMiscounted ? 0 : Math.max(0, tag.padding - decoderDelay - beyond);
  return start + padding < all ? {start, end: all - padding} : {start: 0, end: all};
}

/** Encoders count the tag's own frame, or forget the last one. */
export const mostMiscounted = 2;

/**
 * Walks over every frame of an MP3 file: rate, channels and length, with the encoder's delay and padding taken off when a
 * LAME tag states them. `undefined` when there are no MPEG layer III frames. Throws `audio/damaged` when there is
 * something else between frames.
 */
export async function probeMp3(file: FileBytes, span: Span): Promise<AudioFormat | undefined> {
  const links = await findMp3Links(file, span);
  const [first] = links;
  if (first === undefined) return undefined;
  const {sample_rate, channels} = first.frame;
  const seconds = links.map((link) => (musicOf(link).end - musicOf(link).start) / link.frame.sample_rate);
  const frames = Math.round(seconds.reduce((sum, each) => sum + each, 0) * sample_rate);
  return {codec: 'mp3', sample_rate, channels, frames, span};
}

/** All recordings in the span, in order. */
export async function findMp3Links(file: FileBytes, span: Span): Promise<Mp3Link[]> {
  const window = new ByteWindow(file, span);
  const links: GrowingLink[] = [];
  for (let at = await firstFrame(window, span); at !== undefined && at < span.end; ) {
    await window.cover(at, longestMp3Frame);
    const frame = readMp3Frame(window.bytes, at - window.start);
    if (frame === undefined) {
      at = await behindGap({window, path: file.path}, at);
      continue;
    }
    if (at + frame.length > span.end) break; // the last frame is cut: decoders give nothing for it
    addFrame(links, {at, frame, tag: readMp3Tag(window.bytes, at - window.start, frame)});
    at += frame.length;
  }
  return links.filter(({frames}) => frames > 0);
}

interface GrowingLink extends Mp3Link {
  frames: number;
  readonly pieces: {start: number; end: number}[];
}

interface FoundFrame {
  readonly at: number;
  readonly frame: Mp3Frame;
  readonly tag: Mp3Tag | undefined;
}

/** An encoder's tag begins a recording, and so does a frame of another kind. */
function addFrame(links: GrowingLink[], {at, frame, tag}: FoundFrame): void {
  const last = links.at(-1);
  if (tag !== undefined || last === undefined || !sameKind(last.frame, frame)) {
    const start = tag === undefined ? at : at + frame.length;
    links.push({frame, tag, frames: tag === undefined ? 1 : 0, pieces: [{start, end: at + frame.length}]});
    return;
  }
  const piece = last.pieces.at(-1)!;
  if (piece.end === at) piece.end += frame.length;
  else last.pieces.push({start: at, end: at + frame.length});
  last.frames += 1;
}

function sameKind(a: Mp3Frame, b: Mp3Frame | undefined): boolean {
  return a.sample_rate === b?.sample_rate && a.samples === b.samples;
}

const longestStart = 65_536;
const framesInARow = 4;

/** The first place where frames of the same kind follow each other; zeros before it are of no account. */
async function firstFrame(window: ByteWindow, span: Span): Promise<number | undefined> {
  const start = await behindZeros(window, span.start);
  await window.cover(start, 2 * longestStart);
  const {bytes} = window;
  for (let i = 0; i < Math.min(bytes.length, longestStart); i += 1) {
    const run = runFrom(bytes, start - window.start + i);
    if (run.frames >= (i === 0 ? 2 : framesInARow) || (run.frames > 0 && run.ends === 'the bytes'))
      return start + i;
  }
  return undefined;
}

/** How many frames of one kind follow each other, at most as many as are asked for, and what comes then. */
function runFrom(bytes: Uint8Array, from: number): {frames: number; ends: 'the bytes' | 'the run'} {
  const first = readMp3Frame(bytes, from);
  let frames = 0;
  let at = from;
  for (let frame = first; frame !== undefined && frames < framesInARow; frame = readMp3Frame(bytes, at)) {
    if (!sameKind(first!, frame)) break;
    frames += 1;
    at += frame.length;
  }
  return {frames, ends: at >= bytes.length ? 'the bytes' : 'the run'};
}

async function behindZeros(window: ByteWindow, from: number): Promise<number> {
  for (let at = from; at < window.end; ) {
    await window.cover(at, longestMp3Frame);
    const {bytes, start} = window;
    let i = at - start;
    while (i < bytes.length && bytes[i] === 0) i += 1;
    if (i < bytes.length) return start + i;
    at = window.start + window.bytes.length;
  }
  return window.end;
}

/** Where frames go on behind something else: tags and zeros are passed over, anything else is damage. */
async function behindGap({window, path}: {window: ByteWindow; path: string}, from: number): Promise<number> {
  let at = from;
  for (;;) {
    await window.cover(at, 256);
    const behind = await behindZeros(window, at + tagLength(window.bytes, at - window.start));
    if (behind === at) break;
    at = behind;
  }
  await window.cover(at, longestMp3Frame);
  if (at >= window.end || readMp3Frame(window.bytes, at - window.start) !== undefined) return at;
  const resumed = await nextFrames(window, at);
  if (resumed === undefined) return window.end; // something appended, up to the end
  throw audioProblem(
    'audio/damaged',
    path,
    `has ${resumed - at} bytes at byte ${at} that are not MPEG audio`,
  );
}

/** Tags that are where files were joined. */
function tagLength(bytes: Uint8Array, at: number): number {
  if (textAt(bytes, at, 3) === 'TAG') return 128;
  if (textAt(bytes, at, 8) === 'APETAGEX' && at + 16 <= bytes.length)
    return 32 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 12, true);
  return id3v2Length(bytes, at);
}

/** Where, behind something else, frames follow each other again. */
async function nextFrames(window: ByteWindow, from: number): Promise<number | undefined> {
  for (let at = from; at < window.end; ) {
    await window.cover(at, (framesInARow + 1) * longestMp3Frame);
    const {bytes, start} = window;
    const last =
      start + bytes.length >= window.end ? bytes.length : bytes.length - framesInARow * longestMp3Frame;
    for (let i = bytes.indexOf(0xff, at - start); i >= 0 && i < last; i = bytes.indexOf(0xff, i + 1))
      if (runFrom(bytes, i).frames === framesInARow) return start + i;
    at = start + last;
  }
  return undefined;
}
