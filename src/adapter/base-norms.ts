import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {SidestepError} from '../base/problem.js';
import {openSafetensors} from '../format/safetensors-read.js';
import {type Tensor, toFloat32} from '../format/tensor.js';

/**
 * Frobenius norms of the base model's linears, by the names adapters use (`layers.0.self_attn.q_proj`), read one tensor at
 * a time from a folder's safetensors files or from one file. Names that the base lacks are left out.
 * Throws `adapter/base-missing` when there is no safetensors file, and what reading them throws.
 */
export async function baseNorms(path: string, modules: readonly string[]): Promise<Map<string, number>> {
  const wanted = new Map(modules.flatMap((name) => spellings(name).map((tensor) => [tensor, name] as const)));
  const norms = new Map<string, number>();
  for (const file of await weightFiles(path)) {
    await using weights = await openSafetensors(file);
    for (const tensor of weights.tensors.keys()) {
      const name = wanted.get(tensor);
      if (name !== undefined) norms.set(name, Math.sqrt(sumOfSquares(await weights.read(tensor))));
    }
  }
  return norms;
}

/** Upstream keeps the diffusion transformer under `decoder.`; a merged or extracted file may not. */
function spellings(module: string): string[] {
  return [`decoder.${module}.weight`, `${module}.weight`];
}

async function weightFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith('.safetensors')).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error;
  }
  throw new SidestepError({
    code: 'adapter/base-missing',
    message: `No base model at ${path}: there is no safetensors file`,
    hint: 'Name the folder of the model itself, such as checkpoints/acestep-v15-turbo.',
  });
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
