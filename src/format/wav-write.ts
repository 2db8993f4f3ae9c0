/** How audio samples are in a file: 16 or 24 bit integers, or 32 bit floats. */
export type SampleBits = '16' | '24' | 'float';

export interface WavSound {
  /** One array a channel, of equal lengths, full scale from -1 to 1. */
  readonly channels: readonly Float32Array[];
  readonly sample_rate: number;
}

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** The rest of the identifier that names a sample format in an extensible header (KSDATAFORMAT_SUBTYPE_*). */
const SUBTYPE_TAIL = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** Speakers by channel count: front centre; front left and right. */
const SPEAKERS: Readonly<Record<number, number>> = {1: 0x4, 2: 0x3};

/**
 * A RIFF/WAVE file (IBM and Microsoft 1991; Microsoft's "Multiple Channel Audio Data and WAVE Files" for more than 16 bits, which
 * take the extensible header, and for the fact chunk of float samples). Integers are rounded to the nearest and cut at full
 * scale: the caller keeps sound within it.
 */
export function wavFile({channels, sample_rate}: WavSound, bits: SampleBits): Uint8Array {
  const width = bits === '16' ? 2 : bits === '24' ? 3 : 4;
  const frames = channels[0]!.length;
  const bytes = frames * channels.length * width;
  const chunks = [
    chunk('fmt ', formatChunk({channels: channels.length, sample_rate, width, bits})),
    ...(bits === 'float' ? [chunk('fact', uint32(frames))] : []),
    chunkHead('data', bytes),
  ];
  const head = Buffer.concat(chunks);
  const file = Buffer.alloc(12 + head.length + bytes + (bytes % 2));
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVE', 8);
  head.copy(file, 12);
  writeSamples(file.subarray(12 + head.length), channels, bits);
  return file;
}

interface Format {
  readonly channels: number;
  readonly sample_rate: number;
  /** Bytes a sample. */
  readonly width: number;
  readonly bits: SampleBits;
}

function formatChunk({channels, sample_rate, width, bits}: Format): Uint8Array {
  const extensible = bits === '24';
  const tag = bits === 'float' ? IEEE_FLOAT : PCM;
  const body = Buffer.alloc(extensible ? 40 : bits === 'float' ? 18 : 16);
  body.writeUInt16LE(extensible ? EXTENSIBLE : tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(sample_rate, 4);
  body.writeUInt32LE(sample_rate * channels * width, 8);
  body.writeUInt16LE(channels * width, 12);
  body.writeUInt16LE(8 * width, 14);
  if (!extensible) return body; // where there are two bytes more, they say that no extension follows
  body.writeUInt16LE(22, 16);
  body.writeUInt16LE(8 * width, 18);
  body.writeUInt32LE(SPEAKERS[channels] ?? 0, 20);
  body.writeUInt16LE(tag, 24);
  body.set(SUBTYPE_TAIL, 26);
  return body;
}

function writeSamples(target: Buffer, channels: readonly Float32Array[], bits: SampleBits): void {
  const [first] = channels as [Float32Array];
  let at = 0;
  for (let t = 0; t < first.length; t++) {
    for (const channel of channels) {
      const value = channel[t]!;
      if (bits === 'float') at = target.writeFloatLE(value, at);
      else if (bits === '16') at = target.writeInt16LE(quantised(value, 0x7fff), at);
      else at = target.writeIntLE(quantised(value, 0x7f_ffff), at, 3);
    }
  }
}

function quantised(value: number, full: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * full);
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([chunkHead(name, body.length), body]);
}

function chunkHead(name: string, size: number): Uint8Array {
  return Buffer.concat([Buffer.from(name, 'latin1'), uint32(size)]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
