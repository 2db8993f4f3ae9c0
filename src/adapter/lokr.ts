import type {Tensor} from '../format/tensor.js';
import type {AdapterModule, Matrix} from './adapter.js';
import {productDot} from './delta.js';
import {scalarOf, toMatrix} from './factors.js';

/** One Kronecker factor: a whole matrix, or a product of two thin ones. */
type Factor =
  | {readonly kind: 'whole'; readonly matrix: Matrix}
  | {readonly kind: 'product'; readonly up: Matrix; readonly down: Matrix};

interface Kronecker {
  readonly scale: number;
  readonly factors: readonly [Factor, Factor];
}

/**
 * ⟨A, B⟩ of two modules' scale · w1 ⊗ w2 (Yeh et al. 2023, LoKr): ⟨w1, w1'⟩ · ⟨w2, w2'⟩ (Frobenius). Undefined when their factors have
 * different shapes, and for what has no such form: Tucker cores, weight decomposition, and modules of other kinds.
 */
export function kroneckerDot(a: AdapterModule, b: AdapterModule): number | undefined {
  const [left, right] = [kroneckerOf(a), kroneckerOf(b)];
  if (left === undefined || right === undefined) return undefined;
  const first = dot(left.factors[0], right.factors[0]);
  const second = dot(left.factors[1], right.factors[1]);
  return first === undefined || second === undefined ? undefined : left.scale * right.scale * first * second;
}

function kroneckerOf({weights, scale}: AdapterModule): Kronecker | undefined {
  if (weights.kind !== 'opaque') return undefined;
  const {tensors} = weights;
  if (tensors.lokr_t2 !== undefined || tensors.dora_scale !== undefined) return undefined;
  const [first, second] = [factorOf(tensors, 'lokr_w1'), factorOf(tensors, 'lokr_w2')];
  if (first === undefined || second === undefined) return undefined;
  const learned = tensors.scalar === undefined ? 1 : scalarOf(tensors.scalar);
  return {scale: scale * learned, factors: [first, second]};
}

function factorOf(tensors: Readonly<Record<string, Tensor>>, name: string): Factor | undefined {
  const whole = tensors[name];
  if (whole !== undefined) return {kind: 'whole', matrix: toMatrix(whole)};
  const [up, down] = [tensors[`${name}_a`], tensors[`${name}_b`]];
  if (up === undefined || down === undefined) return undefined;
  return {kind: 'product', up: toMatrix(up), down: toMatrix(down)};
}

function dot(a: Factor, b: Factor): number | undefined {
  if (a.kind === 'product' && b.kind === 'product') {
    if (a.up.rows !== b.up.rows || a.down.cols !== b.down.cols) return undefined;
    return productDot(a.up, a.down, b.up, b.down);
  }
  if (a.kind !== 'whole' || b.kind !== 'whole') return undefined;
  if (a.matrix.rows !== b.matrix.rows || a.matrix.cols !== b.matrix.cols) return undefined;
  return a.matrix.data.reduce((sum, value, i) => sum + value * b.matrix.data[i]!, 0);
}
