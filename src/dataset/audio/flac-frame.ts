/**
 * Where a FLAC frame ends (RFC 9639, section 9). Nothing in a frame says how long it is, and behind the last one there is
 * no next one to mark its end: its subframes are walked over, without being decoded.
 */

/** What a frame's header says. */
export interface FlacFrameHeader {
  /** Bytes of the header, its checksum included. */
  readonly bytes: number;
  /** Audio samples per channel. */
  readonly samples: number;
  readonly channels: number;
  /** Which of two channels is a difference and takes a bit more: none, one, or the other. */
  readonly side: 0 | 1 | undefined;
  /** Bits of a sample; `undefined`: as the stream says. */
  readonly bits: number | undefined;
}

const sampleBits = [undefined, 8, 12, undefined, 16, 20, 24, 32];

/** The header at `at`, its checksum verified; `undefined` when there is none. */
export function readFlacFrameHeader(bytes: Uint8Array, at: number): FlacFrameHeader | undefined {
  if (at + 6 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xfe) !== 0xf8) return undefined;
  const size = bytes[at + 2]! >> 4;
  const rate = bytes[at + 2]! & 15;
  const layout = bytes[at + 3]! >> 4;
  if (size === 0 || rate === 15 || layout > 10 || (bytes[at + 3]! & 1) !== 0) return undefined;
  let next = at + 4 + codedNumberBytes(bytes[at + 4]!);
  const sizeAt = next;
  next += size === 6 ? 1 : size === 7 ? 2 : 0;
  next += rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0;
  if (next >= bytes.length || crc8(bytes.subarray(at, next)) !== bytes[next]) return undefined;
  return {
    bytes: next + 1 - at,
    samples: blockSamples(size, bytes, sizeAt),
    channels: layout < 8 ? layout + 1 : 2,
    side: layout < 8 ? undefined : layout === 9 ? 0 : 1,
    bits: sampleBits[(bytes[at + 3]! >> 1) & 7],
  };
}

/** Number of a frame or sample, coded like UTF-8 in up to seven bytes. */
function codedNumberBytes(first: number): number {
  return first < 0x80 ? 1 : Math.max(1, Math.clz32(~(first << 24)));
}

function blockSamples(size: number, bytes: Uint8Array, at: number): number {
  if (size === 1) return 192;
  if (size <= 5) return 576 << (size - 2);
  if (size === 6) return bytes[at]! + 1;
  if (size === 7) return ((bytes[at]! << 8) | bytes[at + 1]!) + 1;
  return 256 << (size - 8);
}

/** Byte behind the frame at `at`, its checksum verified; `undefined` when it is not whole or no frame. */
export function flacFrameEnd(bytes: Uint8Array, at: number, streamBits: number): number | undefined {
  const header = readFlacFrameHeader(bytes, at);
  if (header === undefined) return undefined;
  const reader = new BitReader(bytes, at + header.bytes);
  for (let channel = 0; channel < header.channels; channel += 1) {
    const bits = (header.bits ?? streamBits) + (header.side === channel ? 1 : 0);
    if (!walkSubframe(reader, {samples: header.samples, bits})) return undefined;
  }
  const end = reader.byteEnd() + 2;
  return end <= bytes.length && crc16(bytes.subarray(at, end)) === 0 ? end : undefined;
}

interface Block {
  readonly samples: number;
  readonly bits: number;
}

function walkSubframe(reader: BitReader, block: Block): boolean {
  const head = reader.read(8); // zero, six bits of type, whether low bits are left out
  const kind = (head >> 1) & 63;
  const bits = block.bits - ((head & 1) === 0 ? 0 : reader.unary() + 1);
  if (head > 127 || bits < 1) return false;
  if (kind === 0) return reader.skip(bits);
  if (kind === 1) return reader.skip(bits * block.samples);
  if (kind >= 8 && kind <= 12) return reader.skip((kind - 8) * bits) && walkResidual(reader, kind - 8, block);
  if (kind < 32) return false;
  const order = kind - 31;
  if (!reader.skip(order * bits)) return false;
  const precision = reader.read(4) + 1;
  return reader.skip(5 + order * precision) && walkResidual(reader, order, block);
}

/** Rice codes in partitions, each with its own parameter. */
function walkResidual(reader: BitReader, order: number, {samples}: Block): boolean {
  const method = reader.read(2);
  const partitions = 2 ** reader.read(4);
  if (method > 1 || samples % partitions !== 0) return false;
  const [width, plain] = method === 0 ? [4, 15] : [5, 31];
  for (let i = 0; i < partitions; i += 1) {
    const count = samples / partitions - (i === 0 ? order : 0);
    const parameter = reader.read(width!);
    if (count < 0) return false;
    if (parameter === plain) {
      if (!reader.skip(reader.read(5) * count)) return false;
    } else
      for (let k = 0; k < count; k += 1) {
        reader.unary();
        if (!reader.skip(parameter)) return false;
      }
  }
  return true;
}

/** Bits from the highest of each byte on; behind the end there are ones, so that `unary` ends. */
class BitReader {
  readonly #bytes: Uint8Array;
  #bit: number;

  constructor(bytes: Uint8Array, byte: number) {
    this.#bytes = bytes;
    this.#bit = 8 * byte;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1, this.#bit += 1)
      value = 2 * value + (((this.#bytes[this.#bit >>> 3] ?? 0xff) >> (7 - (this.#bit & 7))) & 1);
    return value;
  }

  /** Zeros before the next one, which is consumed. */
  unary(): number {
    const start = this.#bit;
    for (;;) {
      const left = ((this.#bytes[this.#bit >>> 3] ?? 0xff) << (24 + (this.#bit & 7))) >>> 0;
      if (left !== 0) {
        this.#bit += Math.clz32(left) + 1;
        return this.#bit - start - 1;
      }
      this.#bit += 8 - (this.#bit & 7);
    }
  }

  /** Whether that much is there. */
  skip(count: number): boolean {
    this.#bit += count;
    return this.#bit <= 8 * this.#bytes.length;
  }

  byteEnd(): number {
    return Math.ceil(this.#bit / 8);
  }
}

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 0x80) === 0 ? (crc << 1) & 0xff : ((crc << 1) ^ 0x07) & 0xff;
  }
  return crc;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ crc16Table[(crc >> 8) ^ byte]!;
  return crc;
}

const crc16Table = Uint16Array.from({length: 256}, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x8005;
  return crc & 0xffff;
});
