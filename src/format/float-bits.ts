import type {DType} from './dtype.js';
import type {Tensor} from './tensor.js';

/** Number formats that adapters are written in. */
export type FloatDType = Extract<DType, 'F32' | 'BF16' | 'F16'>;

/** f32 values as a tensor of another float format, rounded to nearest even. */
export function floatTensor(values: Float32Array, shape: readonly number[], dtype: FloatDType): Tensor {
  return {dtype, shape, data: floatBytes(values, dtype)};
}

function floatBytes(values: Float32Array, dtype: FloatDType): Uint8Array {
  switch (dtype) {
    case 'F32':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    case 'BF16':
      return bytesOf(Uint16Array.from(bitsOf(values), bfloat16));
    case 'F16':
      return bytesOf(Uint16Array.from(bitsOf(values), half));
  }
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function bytesOf(halves: Uint16Array): Uint8Array {
  return new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength);
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/** The upper half of a float32; NaN stays NaN. */
function bfloat16(bits: number): number {
  if (isNaNBits(bits)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** IEEE 754 binary16; overflow becomes infinity, small values become subnormal. */
function half(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (isNaNBits(bits)) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65536 or more
  if (magnitude >= 0x38800000)
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  return sign | subnormalHalf(magnitude);
}

/** Below 2^-14 a half counts in units of 2^-24. */
function subnormalHalf(magnitude: number): number {
  const exponent = magnitude >>> 23;
  if (exponent < 102) return 0; // under half a unit
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  return kept + (rest > halfway || (rest === halfway && (kept & 1) === 1) ? 1 : 0);
}
