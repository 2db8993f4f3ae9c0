import {type AudioFormat, audioProblem, type PcmLayout} from './audio-format.js';
import {codeAt, type FileBytes, viewOf} from './file-bytes.js';

/**
 * Reads the chunks of a RIFF, RF64 or BW64 WAVE file: PCM of 8, 16, 24 and 32 bits, float of 32 and 64, also as
 * WAVE_FORMAT_EXTENSIBLE. Gives `undefined` for compressed formats in WAVE, which other decoders may know.
 * Throws `audio/truncated` when the data chunk ends before its stated size, and `audio/damaged`.
 */
export async function probeWav(file: FileBytes): Promise<AudioFormat | undefined> {
  const {fmt, data} = await findChunks(file);
  if (fmt === undefined) throw audioProblem('audio/damaged', file.path, 'is a WAVE file without a fmt chunk');
  if (data === undefined)
    throw audioProblem('audio/truncated', file.path, 'is a WAVE file without a data chunk');
  const format = parseFmt(await file.at(fmt.offset, fmt.length));
  if (format === undefined) return undefined;
  const frameBytes = format.channels * (format.bits / 8);
  const frames = Math.floor(data.length / frameBytes);
  const available = Math.floor((file.size - data.offset) / frameBytes);
  if (frames > available)
    throw audioProblem(
      'audio/truncated',
      file.path,
      `states ${frames} samples per channel but holds ${available}`,
    );
  const pcm: PcmLayout = {
    encoding: format.encoding,
    byte_order: 'little',
    offset: data.offset,
    length: frames * frameBytes,
  };
  return {
    codec: 'pcm',
    sample_rate: format.sample_rate,
    channels: format.channels,
    frames,
    frames_are: 'exact',
    ...(format.encoding.startsWith('f') ? {} : {bits: format.bits}),
    pcm,
  };
}

interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Walks the chunk list; the 64-bit size of RF64 files comes from their ds64 chunk. */
async function findChunks(file: FileBytes): Promise<{fmt?: Span; data?: Span}> {
  const found: {fmt?: Span; data?: Span} = {};
  let longData: number | undefined;
  for (let position = 12; position + 8 <= file.size && found.data === undefined; ) {
    const header = viewOf(await file.at(position, 8));
    const id = codeAt(header, 0);
    const stated = header.getUint32(4, true);
    const offset = position + 8;
    if (id === 'ds64') longData = Number(viewOf(await file.at(offset, 16)).getBigUint64(8, true));
    if (id === 'fmt ') found.fmt = {offset, length: Math.min(stated, 64)};
    if (id === 'data')
      found.data = {offset, length: dataLength(stated, {longData, left: file.size - offset})};
    position = offset + stated + (stated % 2); // chunks start at even offsets
  }
  return found;
}

/** Programs that write to a pipe cannot go back and fill in the size: all ones, or zero, means up to the end. */
function dataLength(stated: number, {longData, left}: {longData: number | undefined; left: number}): number {
  if (stated === 0xffffffff) return longData ?? left;
  return stated === 0 ? left : stated;
}

const formatPcm = 1;
const formatFloat = 3;
const formatExtensible = 0xfffe;

interface Fmt {
  readonly encoding: PcmLayout['encoding'];
  readonly sample_rate: number;
  readonly channels: number;
  readonly bits: number;
}

function parseFmt(bytes: Uint8Array): Fmt | undefined {
  if (bytes.length < 16) return undefined;
  const view = viewOf(bytes);
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sample_rate = view.getUint32(4, true);
  const blockBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  // Extensible: the first two bytes of the subformat GUID are the plain tag
  const kind = tag === formatExtensible && bytes.length >= 26 ? view.getUint16(24, true) : tag;
  const encoding = encodingOf(kind, bits);
  if (encoding === undefined || channels === 0 || sample_rate === 0 || blockBytes !== (channels * bits) / 8)
    return undefined;
  return {encoding, sample_rate, channels, bits};
}

function encodingOf(kind: number, bits: number): PcmLayout['encoding'] | undefined {
  if (kind === formatPcm) return ({8: 'u8', 16: 's16', 24: 's24', 32: 's32'} as const)[bits];
  if (kind === formatFloat) return ({32: 'f32', 64: 'f64'} as const)[bits];
  return undefined;
}
