import type {PcmLayout, Planar} from './audio-format.js';
import {fileChunks} from './file-bytes.js';

type Encoding = PcmLayout['encoding'];

const bytesPerSample: Readonly<Record<Encoding, number>> = {
  u8: 1,
  s8: 1,
  s16: 2,
  s24: 3,
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
export async function* decodePcm(
  path: string,
  {pcm, channels}: {pcm: PcmLayout; channels: number},
): AsyncGenerator<Planar> {
  const frameBytes = bytesPerSample[pcm.encoding] * channels;
  const span = {chunkBytes: chunkFrames * frameBytes, start: pcm.offset, end: pcm.offset + pcm.length};
  for await (const bytes of fileChunks(path, span)) yield deinterleave(bytes, {...pcm, channels});
}

/** Whole frames of interleaved samples, as one array per channel; bytes of a frame that is cut are left out. */
export function deinterleave(
  bytes: Uint8Array,
  layout: {encoding: Encoding; byte_order: PcmLayout['byte_order']; channels: number},
): Planar {
  const {channels} = layout;
  const width = bytesPerSample[layout.encoding];
  const frames = Math.floor(bytes.length / (width * channels));
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

const readers: Readonly<Record<Encoding, (view: DataView, at: number, little: boolean) => number>> = {
  u8: (view, at) => (view.getUint8(at) - 128) / 128,
  s8: (view, at) => view.getInt8(at) / 128,
  s16: (view, at, little) => view.getInt16(at, little) / 32_768,
  s24: (view, at, little) => readInt24(view, at, little) / 8_388_608,
  s32: (view, at, little) => view.getInt32(at, little) / 2_147_483_648,
  f32: (view, at, little) => view.getFloat32(at, little),
  f64: (view, at, little) => view.getFloat64(at, little),
};

function readInt24(view: DataView, at: number, little: boolean): number {
  return little
    ? view.getUint16(at, true) | (view.getInt8(at + 2) << 16)
    : view.getUint16(at + 1, false) | (view.getInt8(at) << 16);
}
