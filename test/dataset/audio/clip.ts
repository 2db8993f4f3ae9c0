/**
 * The sound in `clips/`: 0.4 s of two triangle waves at 44.1 kHz, in integer arithmetic so that every machine makes the
 * same samples. `clips/README.md` says how the files were made from it.
 */
export const clipRate = 44_100;
export const clipFrames = 17_640;

/** 24-bit samples of the left (0) or right (1) channel. */
export function clip24(channel: 0 | 1): Int32Array {
  const period = channel === 0 ? 200 : 147;
  return Int32Array.from({length: clipFrames}, (_, i) => {
    const phase = i % period;
    const ramp = Math.abs(2 * phase - period) * 2 - period; // -period … period
    return Math.trunc((ramp * 4_000_000) / period) + (i % 3);
  });
}

/** The same with the lowest bits cut off, as float32 in [-1, 1): what a lossless file of `bits` must decode to. */
export function clip(channel: 0 | 1, bits: 8 | 16 | 24): Float32Array {
  return Float32Array.from(clip24(channel), (sample) => (sample >> (24 - bits)) / 2 ** (bits - 1));
}

/** Interleaved little-endian PCM of the clip. */
export function clipPcm(bits: 8 | 16 | 24, channels: 1 | 2 = 2): Buffer {
  const bytes = Buffer.alloc((clipFrames * channels * bits) / 8);
  for (let channel = 0; channel < channels; channel += 1) {
    const samples = clip24(channel as 0 | 1);
    samples.forEach((sample, i) => {
      const at = ((i * channels + channel) * bits) / 8;
      const value = sample >> (24 - bits);
      if (bits === 8) bytes.writeUInt8(value + 128, at);
      else bytes.writeIntLE(value, at, bits / 8);
    });
  }
  return bytes;
}

/** A WAVE file around PCM or float bytes. */
export function wavFile(
  data: Uint8Array,
  fmt: {
    tag: number;
    channels: number;
    bits: number;
    rate?: number;
    dataBytes?: number;
    extensible?: 'extensible';
  },
): Buffer {
  const extensible = fmt.extensible !== undefined;
  const chunk = Buffer.alloc(extensible ? 48 : 24);
  const blockBytes = (fmt.channels * fmt.bits) / 8;
  const rate = fmt.rate ?? clipRate;
  chunk.write('fmt ', 0);
  chunk.writeUInt32LE(chunk.length - 8, 4);
  chunk.writeUInt16LE(extensible ? 0xfffe : fmt.tag, 8);
  chunk.writeUInt16LE(fmt.channels, 10);
  chunk.writeUInt32LE(rate, 12);
  chunk.writeUInt32LE(rate * blockBytes, 16);
  chunk.writeUInt16LE(blockBytes, 20);
  chunk.writeUInt16LE(fmt.bits, 22);
  if (extensible) {
    chunk.writeUInt16LE(22, 24);
    chunk.writeUInt16LE(fmt.bits, 26);
    chunk.writeUInt16LE(fmt.tag, 32);
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(chunk, 34);
  }
  const head = Buffer.alloc(12);
  head.write('RIFF', 0);
  head.writeUInt32LE(4 + chunk.length + 8 + data.length, 4);
  head.write('WAVE', 8);
  const note = Buffer.from('junk\x03\x00\x00\x00abc\x00', 'latin1'); // an odd chunk in between, padded to even
  const label = Buffer.alloc(8);
  label.write('data', 0);
  label.writeUInt32LE(fmt.dataBytes ?? data.length, 4);
  return Buffer.concat([head, chunk, note, label, data]);
}
