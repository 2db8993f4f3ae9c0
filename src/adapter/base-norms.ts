import {type Tensor, toFloat32} from '../format/tensor.js';
import type {BaseWeights} from './base-weights.js';

/** Frobenius norms of the base model's linears, by the names adapters use. Names that the base lacks are left out. */
export async function baseNorms(base: BaseWeights, modules: readonly string[]): Promise<Map<string, number>> {
  const norms = new Map<string, number>();
  for (const module of modules)
    if (base.shapes.has(module)) norms.set(module, Math.sqrt(sumOfSquares(await base.read(module))));
  return norms;
}

/** In double precision. A 16-bit dtype has only 65536 values: their squares are looked up, not computed. */
export function sumOfSquares(tensor: Tensor): number {
  if (tensor.dtype !== 'BF16' && tensor.dtype !== 'F16')
    return toFloat32(tensor).reduce((sum, value) => sum + value * value, 0);
  const squares = squaresOf(tensor.dtype);
  const {data} = tensor;
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += squares[data[i]! | (data[i + 1]! << 8)]!;
  return sum;
}

const tables = new Map<string, Float64Array>();

function squaresOf(dtype: 'BF16' | 'F16'): Float64Array {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const data = new Uint8Array(2 * 65_536);
  for (let bits = 0; bits < 65_536; bits += 1) data.set([bits & 0xff, bits >> 8], 2 * bits);
  const values = toFloat32({dtype, shape: [65_536], data});
  const table = Float64Array.from(values, (value) => value * value);
  tables.set(dtype, table);
  return table;
}
