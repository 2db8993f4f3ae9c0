import type {AdapterKind, AdapterModule} from './adapter.js';
import {deltaNorm, productDot} from './delta.js';
import {kroneckerDot, kroneckerNorm} from './lokr.js';

/** The Frobenius norm of what an adapter adds to one weight, as far as the adapter alone tells it. */
export type WeightChange =
  | {readonly kind: 'exact'; readonly norm: number}
  /** DoRA: the low-rank part, before the base decides how the columns are rescaled. */
  | {readonly kind: 'low_rank_part'; readonly norm: number}
  | {readonly kind: 'no_closed_form'; readonly why: string};

/** Exact for LoRA and for LoKr without Tucker cores or decomposition; why not, for the others. */
export function weightChange(module: AdapterModule, adapter: AdapterKind): WeightChange {
  const low_rank = deltaNorm(module);
  if (low_rank !== undefined)
    return module.weights.kind === 'lora' && module.weights.magnitude !== undefined
      ? {kind: 'low_rank_part', norm: low_rank}
      : {kind: 'exact', norm: low_rank};
  const kronecker = kroneckerNorm(module);
  return kronecker === undefined
    ? {kind: 'no_closed_form', why: whyNot(adapter)}
    : {kind: 'exact', norm: kronecker};
}

/**
 * ‖A − B‖ / ‖A‖ of two modules' weight changes; ‖B‖ when A is 0. Undefined where there is no closed form, or where the
 * kinds differ.
 */
export function changeDifference(a: AdapterModule, b: AdapterModule): number | undefined {
  const aa = inner(a, a);
  const bb = inner(b, b);
  const ab = inner(a, b);
  if (aa === undefined || bb === undefined || ab === undefined) return undefined;
  return aa === 0 ? Math.sqrt(bb) : Math.sqrt(Math.max(0, aa + bb - 2 * ab) / aa);
}

function inner(a: AdapterModule, b: AdapterModule): number | undefined {
  const [left, right] = [a.weights, b.weights];
  if (left.kind !== 'lora' || right.kind !== 'lora') return kroneckerDot(a, b);
  if (left.up.rows !== right.up.rows || left.down.cols !== right.down.cols) return undefined;
  return a.scale * b.scale * productDot(left.up, left.down, right.up, right.down);
}

function whyNot(kind: AdapterKind): string {
  switch (kind) {
    case 'oft':
      return 'OFT rotates the base weight: its change has no size without it';
    case 'loha':
      return "LoHa's change is an element-wise product: its size cannot be told without forming it";
    case 'lokr':
      return 'Tucker cores, weight decomposition and mixed factors have no closed form';
    case 'lora':
    case 'dora':
      return 'the module has no low-rank factors';
  }
}
