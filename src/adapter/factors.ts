import {SidestepError} from '../base/problem.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import type {Matrix} from './adapter.js';
import type {Parts} from './found-module.js';
import type {TensorPart} from './tensor-name.js';

/** A rank-2 tensor in f32; convolutions [rank, in, taps] count as matrices over flattened inputs. */
export function toMatrix(tensor: Tensor): Matrix {
  const rows = tensor.shape[0] ?? 1;
  return {rows, cols: tensor.shape.slice(1).reduce((a, b) => a * b, 1), data: toFloat32(tensor)};
}

export function scalarOf(tensor: Tensor): number {
  return toFloat32(tensor)[0]!;
}

/** The part of a module that must be there; throws `adapter/incomplete`. */
export function requirePart(parts: Parts, part: TensorPart, where: string): Tensor {
  const tensor = parts[part];
  if (tensor !== undefined) return tensor;
  throw new SidestepError({
    code: 'adapter/incomplete',
    message: `${where} has no ${part}; found ${Object.keys(parts).join(', ') || 'nothing'}`,
    hint: 'The file was cut or written by a program that uses other names.',
  });
}
