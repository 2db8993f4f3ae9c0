import {type AudioFormat, audioProblem, type PcmLayout, type Span} from './audio-format.js';
import {nextChunk} from './chunk-end.js';
import {codeAt, type FileBytes, viewOf} from './file-bytes.js';
import {expectKept, isInvented} from './promise.js';

/**
 * Reads the chunks of an AIFF or AIFC file (Apple, "Audio Interchange File Format"): uncompressed integers of either
 * byte order, and float. Gives `undefined` for compressed AIFC. Lengths are hints: programs that write to a pipe invent
 * them. Throws `audio/truncated` when sound is missing, and `audio/damaged`.
 */
export async function probeAiff(file: FileBytes, span: Span): Promise<AudioFormat | undefined> {
  const {common, sound} = await findChunks(file, span);
  if (common === undefined || common.byteLength < 18)
    throw audioProblem('audio/damaged', file.path, 'is an AIFF file without a COMM chunk');
  if (sound === undefined)
    throw audioProblem('audio/truncated', file.path, 'is an AIFF file without a SSND chunk');
  const channels = common.getInt16(0);
  const bits = common.getInt16(6);
  const sample_rate = extended(common, 8);
  const layout = layoutOf(common.byteLength >= 22 ? codeAt(common, 18) : 'NONE', bits);
  if (layout === undefined || channels < 1 || !(sample_rate > 0)) return undefined;
  const frameBytes = channels * Math.ceil(bits / 8);
  const left = span.end - sound.start;
  const promised = framesOf({stated: common.getUint32(2), chunkBytes: sound.length, frameBytes, left});
  const found = Math.min(promised, Math.floor((file.size - sound.start) / frameBytes));
  expectKept(file.path, {code: 'audio/truncated', promised, found, sample_rate});
  const pcm: PcmLayout = {...layout, offset: sound.start, length: found * frameBytes};
  const integer = layout.encoding.startsWith('f') ? {} : {bits};
  return {codec: 'pcm', sample_rate, channels, frames: found, ...integer, pcm};
}

interface Lengths {
  /** Frames of the COMM chunk; programs that write to a pipe leave 0 or something large. */
  readonly stated: number;
  /** Bytes of samples that the SSND chunk states. */
  readonly chunkBytes: number;
  readonly frameBytes: number;
  /** Bytes up to the end of the file. */
  readonly left: number;
}

function framesOf({stated, chunkBytes, frameBytes, left}: Lengths): number {
  const bytes = stated * frameBytes;
  if (stated > 0 && !(bytes > left && isInvented(bytes, left))) return stated;
  const known = chunkBytes > 0 && !(chunkBytes > left && isInvented(chunkBytes, left));
  return Math.floor((known ? chunkBytes : left) / frameBytes);
}

interface Chunks {
  common?: DataView;
  /** Where the samples start, and how many bytes of them the chunk states. */
  sound?: {readonly start: number; readonly length: number};
}

async function findChunks(file: FileBytes, span: Span): Promise<Chunks> {
  const found: Chunks = {};
  for (let position = span.start + 12; position + 8 <= span.end; ) {
    const header = viewOf(await file.at(position, 16));
    const size = header.getUint32(4);
    const name = codeAt(header, 0);
    if (name === 'COMM') found.common = viewOf(await file.at(position + 8, Math.min(size, 64)));
    // offset and block size are before the samples
    if (name === 'SSND' && header.byteLength === 16)
      found.sound = {start: position + 16 + header.getUint32(8), length: size - 8 - header.getUint32(8)};
    position = await nextChunk(file, {end: position + 8 + size, size});
  }
  return found;
}

/** By the compression type of AIFC; plain AIFF is `NONE`. Integers of 12 or 20 bits are in the high part of their bytes. */
function layoutOf(compression: string, bits: number): Pick<PcmLayout, 'encoding' | 'byte_order'> | undefined {
  const byte_order = compression === 'sowt' ? 'little' : 'big';
  if (['NONE', 'twos', 'sowt', 'in24', 'in32'].includes(compression)) {
    const encoding = ({1: 's8', 2: 's16', 3: 's24', 4: 's32'} as const)[Math.ceil(bits / 8)];
    return encoding === undefined ? undefined : {encoding, byte_order};
  }
  if (/^fl32$/i.test(compression) && bits === 32) return {encoding: 'f32', byte_order};
  if (/^fl64$/i.test(compression) && bits === 64) return {encoding: 'f64', byte_order};
  return undefined;
}

/** An 80-bit float: sign and exponent (bias 16383) in two bytes, then a 64-bit significand with its leading one. */
function extended(bytes: DataView, at: number): number {
  const exponent = bytes.getUint16(at) & 0x7fff;
  return Number(bytes.getBigUint64(at + 2)) * 2 ** (exponent - 16_383 - 63);
}
