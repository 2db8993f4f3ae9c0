import {SidestepError} from '../base/problem.js';
import type {DType} from './dtype.js';

/** A dense row-major tensor in memory. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Little-endian elements, row-major; exactly `elementCount(shape) * byteSize(dtype)` bytes. */
  readonly data: Uint8Array;
}

/** The elements of an F32, F64, F16 or BF16 tensor as float32 (F64 is rounded); throws `tensor/not-floating` otherwise. */
export function toFloat32(tensor: Tensor): Float32Array {
  const {data, dtype} = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (dtype) {
    case 'F32':
      return new Float32Array(Uint8Array.from(data).buffer); // a copy: the bytes may be at any address
    case 'F64':
      return Float32Array.from({length: data.byteLength / 8}, (_, i) => view.getFloat64(8 * i, true));
    case 'F16':
      return Float32Array.from({length: data.byteLength / 2}, (_, i) =>
        halfToFloat(view.getUint16(2 * i, true)),
      );
    case 'BF16':
      return bfloat16ToFloat32(view);
    default:
      throw new SidestepError({
        code: 'tensor/not-floating',
        message: `Expected a tensor of floating-point numbers but found dtype ${dtype}`,
      });
  }
}

/** Whether `toFloat32` reads it. */
export function isFloating(dtype: DType): boolean {
  return ['F32', 'F64', 'F16', 'BF16'].includes(dtype);
}

/** The first element of an integer tensor; undefined for other dtypes, and where a double cannot hold it. */
export function wholeNumber({dtype, data}: Tensor): number | undefined {
  const bytes = {I64: 8, I32: 4, I16: 2, I8: 1, U8: 1}[dtype as string];
  if (bytes === undefined || data.byteLength < bytes) return undefined;
  const low = Buffer.from(data.subarray(0, bytes));
  if (dtype === 'U8') return low.readUInt8();
  const value = bytes === 8 ? Number(low.readBigInt64LE()) : low.readIntLE(0, bytes);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** How many of these are NaN or infinite. */
export function countNonfinite(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count += 1;
  return count;
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16ToFloat32(view: DataView): Float32Array {
  const bits = Uint32Array.from({length: view.byteLength / 2}, (_, i) => view.getUint16(2 * i, true) << 16);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16: sign, 5 exponent bits (bias 15), 10 fraction bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
