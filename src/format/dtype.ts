/** Element types by their safetensors names, in the order in which safetensors files lay tensors out. */
export const dtypes = [
  'I64',
  'F64',
  'F32',
  'I32',
  'BF16',
  'F16',
  'I16',
  'F8_E5M2',
  'F8_E4M3',
  'I8',
  'U8',
  'BOOL',
] as const;
export type DType = (typeof dtypes)[number];

const bytesPerElement: Readonly<Record<DType, number>> = {
  I64: 8,
  F64: 8,
  F32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  I16: 2,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export function isDType(name: string): name is DType {
  return Object.hasOwn(bytesPerElement, name);
}

export function byteSize(dtype: DType): number {
  return bytesPerElement[dtype];
}

/** Number of elements of a shape, 1 for a scalar; `undefined` when it is not a count that JavaScript can hold exactly. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
