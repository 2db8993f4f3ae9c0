import {type AudioFormat, audioProblem, type PcmEncoding, type PcmLayout, type Span} from './audio-format.js';
import {nextChunk} from './chunk-end.js';
import {codeAt, type FileBytes, viewOf} from './file-bytes.js';
import {probeMp3} from './mp3.js';
import {expectKept, isInvented} from './promise.js';
import {encodingOf24In32} from './wav-24-in-32.js';

/**
 * Reads the chunks of a RIFF, RIFX, RF64 or BW64 WAVE file: PCM of up to 32 bits, float of 32 and 64, also as
 * WAVE_FORMAT_EXTENSIBLE, and MP3. Gives `undefined` for other compressed formats, which ffmpeg may know. Sizes are hints:
 * programs that write to a pipe invent them. Throws `audio/truncated` when sound is missing, and `audio/damaged`.
 */
export async function probeWav(file: FileBytes, span: Span): Promise<AudioFormat | undefined> {
  const order = codeAt(viewOf(await file.at(span.start, 4)), 0) === 'RIFX' ? 'big' : 'little';
  const {fmt, data} = await findChunks({file, span, order});
  if (fmt === undefined) throw audioProblem('audio/damaged', file.path, 'is a WAVE file without a fmt chunk');
  if (data === undefined)
    throw audioProblem('audio/truncated', file.path, 'is a WAVE file without a data chunk');
  const header = readFmt(await file.at(fmt.start, fmt.end - fmt.start), order);
  if (header?.kind === formatMp3)
    return probeMp3(file, {start: data.start, end: Math.min(data.end, span.end)});
  const format = header === undefined ? undefined : await layoutOf(header, {file, data});
  return format === undefined ? undefined : pcmFormat(format, {file, span, data, order});
}

interface WholeFile {
  readonly file: FileBytes;
  readonly span: Span;
  readonly order: PcmLayout['byte_order'];
}

function pcmFormat(format: Fmt, {file, data, order}: WholeFile & {readonly data: Span}): AudioFormat {
  const {sample_rate, channels, encoding, bits} = format;
  const frameBytes = channels * format.container;
  const promised = Math.floor((data.end - data.start) / frameBytes);
  const found = Math.min(promised, Math.floor((file.size - data.start) / frameBytes));
  expectKept(file.path, {code: 'audio/truncated', promised, found, sample_rate});
  return {
    codec: 'pcm',
    sample_rate,
    channels,
    frames: found,
    ...(encoding.startsWith('f') ? {} : {bits}),
    pcm: {encoding, byte_order: order, offset: data.start, length: found * frameBytes},
  };
}

/**
 * Walks the chunk list until both are found; the 64-bit size of RF64 files comes from their ds64 chunk. Of several `data` chunks
 * the first counts that holds something, as in other programs: RIFF knows one.
 */
async function findChunks(whole: WholeFile): Promise<{fmt?: Span; data?: Span}> {
  const {file, span} = whole;
  const found: {fmt?: Span; data?: Span} = {};
  let longData: number | undefined;
  for (let at = span.start + 12; at + 8 <= span.end && !(found.fmt && holdsSound(found.data)); ) {
    const {id, stated} = await chunkAt(whole, at);
    const start = at + 8;
    if (id === 'ds64') longData = await longDataSize(file, start);
    if (id === 'fmt ') found.fmt = {start, end: start + Math.min(stated, 64)};
    if (id === 'data') {
      const size = stated === 0xffffffff ? (longData ?? stated) : stated;
      found.data = {start, end: start + (await dataLength(whole, {start, stated: size}))};
    }
    const end = id === 'data' ? found.data!.end : start + stated;
    at = await nextChunk(file, {end, size: end - start});
  }
  return found;
}

function holdsSound(data: Span | undefined): boolean {
  return data !== undefined && data.end > data.start;
}

/** `ds64` holds the size of the whole file, then that of the sound; `undefined` where the file ends within it. */
async function longDataSize(file: FileBytes, start: number): Promise<number | undefined> {
  const sizes = viewOf(await file.at(start, 16));
  return sizes.byteLength < 16 ? undefined : Number(sizes.getBigUint64(8, true));
}

async function chunkAt({file, order}: WholeFile, at: number): Promise<{id: string; stated: number}> {
  const header = viewOf(await file.at(at, 8));
  return {id: codeAt(header, 0), stated: header.getUint32(4, order === 'little')};
}

/** Programs that write to a pipe cannot go back and fill in the size: zero and what they invent means up to the end. */
async function dataLength(
  whole: WholeFile,
  {start, stated}: {readonly start: number; readonly stated: number},
): Promise<number> {
  const left = whole.span.end - start;
  if (stated > left) return isInvented(stated, left) ? left : stated; // what is missing is noticed by the caller
  const doubtful = stated === 0 || isInvented(stated, left) || left - stated >= 2 ** 32 - 65_536; // wrapped around
  if (!doubtful) return stated;
  return (await chunksFollow(whole, start + stated + (stated % 2))) ? stated : left;
}

/** Whether well-formed chunks lead from here to the very end: then the size before them was true. */
async function chunksFollow(whole: WholeFile, from: number): Promise<boolean> {
  let at = from;
  while (at + 8 <= whole.span.end) {
    const {id, stated} = await chunkAt(whole, at);
    if (!/^[\x20-\x7e]{4}$/.test(id)) return false;
    at += 8 + stated + (stated % 2);
  }
  return at - whole.span.end <= 1 && at >= whole.span.end;
}

const formatPcm = 1;
const formatFloat = 3;
const formatMp3 = 0x55;
const formatExtensible = 0xfffe;

interface FmtHeader {
  /** The format tag, of extensible headers that in the subformat. */
  readonly kind: number;
  readonly sample_rate: number;
  readonly channels: number;
  readonly bits: number;
  /** Bytes that each sample takes. */
  readonly container: number;
  readonly order: PcmLayout['byte_order'];
}

interface Fmt extends FmtHeader {
  readonly encoding: PcmEncoding;
}

function readFmt(bytes: Uint8Array, order: PcmLayout['byte_order']): FmtHeader | undefined {
  if (bytes.length < 16) return undefined;
  const view = viewOf(bytes);
  const little = order === 'little';
  const tag = view.getUint16(0, little);
  const channels = view.getUint16(2, little);
  const sample_rate = view.getUint32(4, little);
  const blockBytes = view.getUint16(12, little);
  const bits = view.getUint16(14, little);
  if (channels === 0 || sample_rate === 0) return undefined;
  // Extensible: the first two bytes of the subformat GUID are the plain tag
  const kind = tag === formatExtensible && bytes.length >= 26 ? view.getUint16(24, little) : tag;
  // Some headers leave the block size empty
  const container = blockBytes === 0 ? Math.ceil(bits / 8) : blockBytes / channels;
  return {kind, sample_rate, channels, bits, container, order};
}

async function layoutOf(
  header: FmtHeader,
  {file, data}: {readonly file: FileBytes; readonly data: Span},
): Promise<Fmt | undefined> {
  const {kind, container, bits, order} = header;
  if (kind !== formatPcm && kind !== formatFloat) return undefined;
  if (container === 4 && bits === 24)
    return {...header, encoding: await encodingOf24In32(file, {data, order})};
  // Integers of 12 or 20 bits are in the high part of their bytes
  const encoding =
    kind === formatPcm ? integers[container] : bits === 8 * container ? floats[container] : undefined;
  return encoding === undefined || bits > 8 * container || bits === 0 ? undefined : {...header, encoding};
}

const integers: Readonly<Record<number, PcmEncoding>> = {1: 'u8', 2: 's16', 3: 's24', 4: 's32'};
const floats: Readonly<Record<number, PcmEncoding>> = {4: 'f32', 8: 'f64'};
