import {type AudioFormat, audioProblem} from './audio-format.js';

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
    frames_are: 'exact',
  };
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
