import {SidestepError} from '../base/problem.js';
import type {AdapterModule, Matrix} from './adapter.js';
import {lowRank, type WeightChange} from './change.js';
import {toMatrix} from './factors.js';
import {kindWork} from './kinds.js';
import {plainFactors} from './tucker.js';

/**
 * What a program makes of one weight W `[rows, cols]`: V = W + change, and of a decomposed module row i of it times
 * values[i] / ‖row i of W or of V‖ (Liu et al. 2024).
 */
export interface Applied {
  readonly change: WeightChange;
  readonly magnitude?: Magnitude;
}

export interface Magnitude {
  /** `[rows]` */
  readonly values: Float32Array;
  readonly over: 'adapted' | 'base';
}

/** What was trained, under the rule of the library whose kind it is. OFT has no such form: it rotates the input. */
export function trainedModule(module: AdapterModule): Applied | undefined {
  const {weights, scale} = module;
  const over = module.magnitude_over ?? 'adapted';
  if (weights.kind === 'lora') {
    const {up, down, magnitude} = weights;
    return {change: lowRank(up, down, scale), ...(magnitude && {magnitude: {values: magnitude, over}})};
  }
  const changeOf = kindWork(weights.tensors)?.change;
  if (changeOf === undefined) return undefined;
  const dora = weights.tensors.dora_scale;
  return {
    change: changeOf(plainFactors(weights.tensors), scale),
    ...(dora && {magnitude: {values: toMatrix(dora).data, over}}),
  };
}

export interface AppliedDifference {
  /** ‖found − trained‖ / ‖trained‖ of what is added to the weight; ‖found‖ when nothing was trained. */
  readonly relative: number;
  /** ‖trained‖ (Frobenius). */
  readonly size: number;
}

/** Compares two programs' readings of one weight, row by row, in double precision. `weight` is needed by magnitudes alone. */
export function difference(trained: Applied, found: Applied, weight: Matrix | undefined): AppliedDifference {
  const {rows, cols} = trained.change;
  if (found.change.rows !== rows || found.change.cols !== cols) return {relative: Infinity, size: Number.NaN};
  const [expected, seen] = [new Float64Array(cols), new Float64Array(cols)];
  let [wrong, size] = [0, 0];
  for (let i = 0; i < rows; i += 1) {
    rowOf(trained, {i, weight, into: expected});
    rowOf(found, {i, weight, into: seen});
    for (let j = 0; j < cols; j += 1) {
      wrong += (expected[j]! - seen[j]!) ** 2;
      size += expected[j]! ** 2;
    }
  }
  return {relative: Math.sqrt(size === 0 ? wrong : wrong / size), size: Math.sqrt(size)};
}

interface Row {
  readonly i: number;
  readonly weight: Matrix | undefined;
  readonly into: Float64Array;
}

/** A magnitude that was never trained is a norm in single precision (2^-24), of a sum that was rounded too: it changes nothing. */
const NORM_ROUNDING = 2 ** -20;

/** Row i of what is added to the weight. */
function rowOf({change, magnitude}: Applied, {i, weight, into}: Row): void {
  change.addRow(i, into.fill(0));
  if (magnitude === undefined) return;
  const base = baseRow(weight, i);
  const factor = magnitude.values[i]! / rowNorms(base, into)[magnitude.over];
  if (Math.abs(factor - 1) <= NORM_ROUNDING && into.every((value) => value === 0)) return;
  for (let j = 0; j < into.length; j += 1) into[j] = factor * (base[j]! + into[j]!) - base[j]!;
}

function baseRow(weight: Matrix | undefined, i: number): Float32Array {
  if (weight === undefined) throw new TypeError('A decomposed module is nothing without its weight');
  return weight.data.subarray(i * weight.cols, (i + 1) * weight.cols);
}

/** ‖W_i‖ and ‖W_i + change_i‖ */
function rowNorms(base: Float32Array, change: Float64Array): {base: number; adapted: number} {
  let [w, v] = [0, 0];
  for (let j = 0; j < base.length; j += 1) {
    w += base[j]! ** 2;
    v += (base[j]! + change[j]!) ** 2;
  }
  return {base: Math.sqrt(w), adapted: Math.sqrt(v)};
}

/**
 * The same adapter with magnitudes over the other norm: values · ‖W‖ / ‖V‖ for a program that divides by the base's, and back.
 * Throws `adapter/zero-row` where either norm of a row is zero: then no magnitude over the other makes the same of it.
 */
export function magnitudesOver(
  over: Magnitude['over'],
  {change, magnitude}: Applied,
  {weight, module}: {readonly weight: Matrix; readonly module: string},
): Float32Array | undefined {
  if (magnitude === undefined || magnitude.over === over) return magnitude?.values;
  const row = new Float64Array(change.cols);
  return magnitude.values.map((value, i) => {
    change.addRow(i, row.fill(0));
    if (value === 0) return 0;
    const norms = rowNorms(baseRow(weight, i), row);
    if (norms.base > 0 && norms.adapted > 0) return (value * norms[over]) / norms[magnitude.over];
    throw new SidestepError({
      code: 'adapter/zero-row',
      message: `Row ${i} of ${module} is zero: its magnitude has no direction to scale`,
      hint: 'The base weights are damaged, or belong to another model.',
    });
  });
}
