import {SidestepError} from '../base/problem.js';
import type {FloatDType} from '../format/float-bits.js';
import {toFloat32} from '../format/tensor.js';
import type {Adapter, AdapterModule} from './adapter.js';
import {deltaDifference} from './delta.js';

/** Relative difference of a module's weight change that counts as the same adapter. Rounding to bf16 alone costs 2e-3. */
const ALLOWED: Readonly<Record<FloatDType, number>> = {F32: 1e-3, F16: 1e-3, BF16: 5e-3};

export interface Verified {
  readonly modules: number;
  /** Largest relative difference of a module's weight change. */
  readonly largest_difference: number;
}

/**
 * Compares what a consumer computes from a written file (`found`, read back under its rule) with what was trained.
 * Throws `export/module-missing` and `export/scale-lost`.
 */
export function verifyExport(
  trained: Adapter,
  found: Adapter,
  {layout, dtype}: {readonly layout: string; readonly dtype: FloatDType},
): Verified {
  const byName = new Map(found.modules.map((module) => [module.name, module]));
  let largest = 0;
  for (const module of trained.modules) {
    const read = byName.get(module.name);
    if (read === undefined || byName.size !== trained.modules.length) throw missing(layout, module, found);
    const difference = moduleDifference(module, read);
    if (!(difference <= ALLOWED[dtype]))
      throw scaleLost(layout, module, {difference, allowed: ALLOWED[dtype]});
    largest = Math.max(largest, difference);
  }
  return {modules: trained.modules.length, largest_difference: largest};
}

function moduleDifference(trained: AdapterModule, found: AdapterModule): number {
  const [a, b] = [trained.weights, found.weights];
  if (a.kind === 'lora' && b.kind === 'lora') {
    const magnitudes = a.magnitude && b.magnitude ? relative(a.magnitude, b.magnitude) : 0;
    return Math.max(deltaDifference(trained, found), a.magnitude && !b.magnitude ? 1 : magnitudes);
  }
  if (a.kind !== 'opaque' || b.kind !== 'opaque' || trained.scale !== found.scale) return 1;
  const names = Object.keys(a.tensors);
  if (names.length !== Object.keys(b.tensors).length) return 1;
  const differences = names.map((name) =>
    b.tensors[name] ? relative(toFloat32(a.tensors[name]!), toFloat32(b.tensors[name])) : 1,
  );
  return Math.max(0, ...differences);
}

/** ‖a − b‖ / ‖a‖, or ‖b‖ where a is 0. */
function relative(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 1;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += a[i]! ** 2;
  }
  return Math.sqrt(size === 0 ? difference : difference / size);
}

function missing(layout: string, {name}: AdapterModule, found: Adapter): SidestepError {
  return new SidestepError({
    code: 'export/module-missing',
    message: `The ${layout} file does not give back ${name}; it holds ${found.modules.length} modules`,
    hint: 'This is a bug in sidestep: please report it with the adapter type and its target modules.',
  });
}

function scaleLost(
  layout: string,
  {name}: AdapterModule,
  {difference, allowed}: {difference: number; allowed: number},
): SidestepError {
  return new SidestepError({
    code: 'export/scale-lost',
    message: `A program that reads the ${layout} file would change ${name} by something else than was trained: relative difference ${difference.toPrecision(3)}, allowed ${allowed}`,
    hint: 'Use `scale: baked`, or `dtype: f32` if the difference is small.',
  });
}
