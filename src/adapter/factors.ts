import {SidestepError} from '../base/problem.js';
import type {FloatDType} from '../format/float-bits.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import type {Matrix} from './adapter.js';

/** A rank-2 tensor in f32; convolutions [rank, in, taps] count as matrices over flattened inputs. */
export function toMatrix(tensor: Tensor): Matrix {
  const rows = tensor.shape[0] ?? 1;
  return {rows, cols: tensor.shape.slice(1).reduce((a, b) => a * b, 1), data: toFloat32(tensor)};
}

export function scalarOf(tensor: Tensor): number {
  return toFloat32(tensor)[0]!;
}

/** What a file's tensors are by their names. */
export interface GroupedTensors {
  readonly modules: [name: string, parts: Record<string, Tensor>][];
  readonly others: Record<string, Tensor>;
  readonly dtype: FloatDType;
}

/** Groups tensors by module: `split` takes a name apart or returns undefined for what belongs to no module. */
export function groupByModule(
  tensors: ReadonlyMap<string, Tensor>,
  split: (name: string) => readonly [module: string, part: string] | undefined,
): GroupedTensors {
  const modules = new Map<string, Record<string, Tensor>>();
  const others: Record<string, Tensor> = {};
  for (const [name, tensor] of tensors) {
    const found = split(name);
    if (found === undefined) {
      others[name] = tensor;
      continue;
    }
    const parts = modules.get(found[0]) ?? {};
    parts[found[1]] = tensor;
    modules.set(found[0], parts);
  }
  const inOrder = [...modules].sort(([a], [b]) => (a < b ? -1 : 1));
  return {modules: inOrder, others, dtype: commonDtype([...tensors.values()])};
}

/** Scalars (alphas) stay in f32 whatever the factors are, and do not count. */
function commonDtype(tensors: readonly Tensor[]): FloatDType {
  const found = new Set(tensors.filter(({shape}) => shape.length > 0).map(({dtype}) => dtype));
  const [only] = found;
  return found.size === 1 && (only === 'BF16' || only === 'F16') ? only : 'F32';
}

/** The part of a module that must be there; throws `adapter/incomplete`. */
export function requirePart(parts: Readonly<Record<string, Tensor>>, part: string, where: string): Tensor {
  const tensor = parts[part];
  if (tensor !== undefined) return tensor;
  throw new SidestepError({
    code: 'adapter/incomplete',
    message: `${where} has no ${part}; found ${Object.keys(parts).join(', ') || 'nothing'}`,
    hint: 'The file was cut or written by a program that uses other names.',
  });
}
