import type {Tensor} from '../format/tensor.js';
import type {Matrix} from './adapter.js';
import {hadamard, kronecker, lowRank, product, type WeightChange} from './change.js';
import {toMatrix} from './factors.js';

/** `hada_w1_a · hada_w1_b ∘ hada_w2_a · hada_w2_b`, times the scale. */
export function lohaChange(tensors: Readonly<Record<string, Tensor>>, scale: number): WeightChange {
  const pair = (name: string) => lowRank(toMatrix(tensors[`${name}_a`]!), toMatrix(tensors[`${name}_b`]!), 1);
  return hadamard(pair('hada_w1'), pair('hada_w2'), scale);
}

/** `lokr_w1 ⊗ lokr_w2`, each whole or a product of two, times the scale. */
export function lokrChange(tensors: Readonly<Record<string, Tensor>>, scale: number): WeightChange {
  const factor = (name: string): Matrix => {
    const whole = tensors[name];
    return whole
      ? toMatrix(whole)
      : product(toMatrix(tensors[`${name}_a`]!), toMatrix(tensors[`${name}_b`]!));
  };
  return kronecker(factor('lokr_w1'), factor('lokr_w2'), scale);
}
