/** Element types that cross the boundary and the arrays that carry them; bf16 and f16 travel as their bits. */
export interface ArrayOf {
  readonly F32: Float32Array;
  readonly BF16: Uint16Array;
  readonly F16: Uint16Array;
  readonly F64: Float64Array;
  readonly I64: BigInt64Array;
  readonly I32: Int32Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
}

export type NativeDType = keyof ArrayOf;

/** A dense row-major tensor whose memory the engine reads (or made) without a copy. */
export interface NativeTensor<D extends NativeDType = NativeDType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: ArrayOf[D];
}

export function f32(data: Float32Array, ...shape: readonly number[]): NativeTensor<'F32'> {
  return {dtype: 'F32', shape, data};
}

/** Token ids as the engine wants them. */
export function i64(ids: readonly number[], ...shape: readonly number[]): NativeTensor<'I64'> {
  return {dtype: 'I64', shape, data: BigInt64Array.from(ids, BigInt)};
}

export function u8(data: Uint8Array, ...shape: readonly number[]): NativeTensor<'U8'> {
  return {dtype: 'U8', shape, data};
}

/** What the engine returned as f32. */
export function floats(tensor: NativeTensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new TypeError('Expected the engine to return f32'); // a bug: the addon and this file disagree
}
