import type {AdapterKind, AdapterModule} from './adapter.js';
import {kindWork, kindWorks} from './kinds.js';

/** The Frobenius norm of what an adapter adds to one weight, as far as the adapter alone tells it. */
export type ChangeSize =
  | {readonly kind: 'exact'; readonly norm: number}
  /** DoRA: the low-rank part, before the base decides how the columns are rescaled. */
  | {readonly kind: 'low_rank_part'; readonly norm: number}
  | {readonly kind: 'no_closed_form'; readonly why: string};

/** Exact for LoRA and for LoKr without Tucker cores or decomposition; why not, for the others. */
export function weightChange(module: AdapterModule, adapter: AdapterKind): ChangeSize {
  const square = dot(module, module);
  if (square === undefined) return {kind: 'no_closed_form', why: kindWorks[adapter].no_dot};
  const partly = module.weights.kind === 'lora' && module.weights.magnitude !== undefined;
  return {kind: partly ? 'low_rank_part' : 'exact', norm: Math.sqrt(square)};
}

/**
 * ‖A − B‖ / ‖A‖ of two modules' weight changes; ‖B‖ when A is 0. Undefined where there is no closed form, or where the
 * kinds differ.
 */
export function changeDifference(a: AdapterModule, b: AdapterModule): number | undefined {
  const aa = dot(a, a);
  const bb = dot(b, b);
  const ab = dot(a, b);
  if (aa === undefined || bb === undefined || ab === undefined) return undefined;
  return aa === 0 ? Math.sqrt(bb) : Math.sqrt(Math.max(0, aa + bb - 2 * ab) / aa);
}

function dot(a: AdapterModule, b: AdapterModule): number | undefined {
  const work = a.weights.kind === 'lora' ? kindWorks.lora : kindWork(a.weights.tensors);
  return work?.dot?.(a, b);
}
