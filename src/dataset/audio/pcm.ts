import type {AudioFormat, DecodedSound, PcmEncoding, PcmLayout, Planar} from './audio-format.js';
import {fileChunks} from './file-bytes.js';

const bytesPerSample: Readonly<Record<PcmEncoding, number>> = {
  u8: 1,
  s8: 1,
  s16: 2,
  s24: 3,
  s24_low: 4,
  s32: 4,
  f32: 4,
  f64: 8,
};

/** About a second of 48 kHz sound at a time. */
const chunkFrames = 48_000;

/**
 * Uncompressed samples as float32. Integers are divided by 128, 32 768, 8 388 608 or 2 147 483 648, exactly as
 * libsndfile does, so that full scale negative is -1.
 */
export async function* decodePcm(path: string, format: AudioFormat): AsyncGenerator<DecodedSound> {
  const {channels, sample_rate} = format;
  const pcm = format.pcm!;
  const frameBytes = bytesPerSample[pcm.encoding] * channels;
  const span = {chunkBytes: chunkFrames * frameBytes, start: pcm.offset, end: pcm.offset + pcm.length};
  for await (const bytes of fileChunks(path, span))
    yield {sample_rate, planes: deinterleave(bytes, {...pcm, channels})};
}

/** Whole frames of interleaved samples, as one array per channel; bytes of a frame that is cut are left out. */
export function deinterleave(
  bytes: Uint8Array,
  layout: {encoding: PcmEncoding; byte_order: PcmLayout['byte_order']; channels: number},
): Planar {
  const {channels} = layout;
  const width = bytesPerSample[layout.encoding];
  const frames = Math.floor(bytes.length / (width * channels));
  const common = commonSamples(bytes, layout);
  if (common !== undefined) return split(common.samples, {channels, frames, scale: common.scale});
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[layout.encoding];
  const little = layout.byte_order === 'little';
  return Array.from({length: channels}, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0, at = channel * width; i < frames; i += 1, at += width * channels)
      samples[i] = read(view, at, little);
    return samples;
  });
}

/** Most sound is 16-bit or float in this machine's byte order: read in a tenth of the time. */
function commonSamples(
  bytes: Uint8Array,
  {encoding, byte_order}: {encoding: PcmEncoding; byte_order: PcmLayout['byte_order']},
): {readonly samples: Int16Array | Float32Array; readonly scale: number} | undefined {
  const {buffer, byteOffset, byteLength} = bytes;
  if (byte_order !== machineOrder || byteOffset % 4 !== 0) return undefined;
  if (encoding === 's16')
    return {samples: new Int16Array(buffer, byteOffset, byteLength >> 1), scale: 1 / 32_768};
  if (encoding === 'f32') return {samples: new Float32Array(buffer, byteOffset, byteLength >> 2), scale: 1};
  return undefined;
}

const machineOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

function split(
  interleaved: Int16Array | Float32Array,
  {channels, frames, scale}: {channels: number; frames: number; scale: number},
): Planar {
  return Array.from({length: channels}, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0, at = channel; i < frames; i += 1, at += channels) samples[i] = interleaved[at]! * scale;
    return samples;
  });
}

const readers: Readonly<Record<PcmEncoding, (view: DataView, at: number, little: boolean) => number>> = {
  u8: (view, at) => (view.getUint8(at) - 128) / 128,
  s8: (view, at) => view.getInt8(at) / 128,
  s16: (view, at, little) => view.getInt16(at, little) / 32_768,
  s24: (view, at, little) => readInt24(view, at, little) / 8_388_608,
  s24_low: (view, at, little) => ((view.getInt32(at, little) << 8) >> 8) / 8_388_608,
  s32: (view, at, little) => view.getInt32(at, little) / 2_147_483_648,
  f32: (view, at, little) => view.getFloat32(at, little),
  f64: (view, at, little) => view.getFloat64(at, little),
};

function readInt24(view: DataView, at: number, little: boolean): number {
  return little
    ? view.getUint16(at, true) | (view.getInt8(at + 2) << 16)
    : view.getUint16(at + 1, false) | (view.getInt8(at) << 16);
}
