import {SidestepError} from '../base/problem.js';
import type {FloatDType} from '../format/float-bits.js';
import {toFloat32} from '../format/tensor.js';
import type {Adapter, AdapterModule} from './adapter.js';
import {type Applied, type AppliedDifference, difference, trainedModule} from './applied.js';
import type {BaseWeights} from './base-weights.js';
import {factorDifference} from './delta.js';
import {toMatrix} from './factors.js';
import {baseMissing} from './on-base.js';
import type {Reader, WrittenFile} from './reader/reader.js';

/** Relative difference of a module's weight change that counts as the same adapter. Rounding to bf16 alone costs 2e-3. */
const ALLOWED: Readonly<Record<FloatDType, number>> = {F32: 1e-3, F16: 1e-3, BF16: 5e-3};

export interface Verified {
  readonly modules: number;
  /** Largest relative difference of a module's weight change. */
  readonly largest_difference: number;
  /** Modules whose training left no change at all. */
  readonly unchanged: readonly string[];
}

export interface Verification {
  readonly trained: Adapter;
  readonly file: WrittenFile;
  readonly reader: Reader;
  readonly layout: string;
  readonly dtype: FloatDType;
  /** Needed where modules are decomposed: what a program makes of them depends on the weight. */
  readonly base: BaseWeights | undefined;
}

/**
 * Compares what the program a file is for makes of every module, in its own arithmetic with the base's weights, with what was
 * trained. Throws `export/module-missing`, `export/tensor-unread` and `export/scale-lost`.
 */
export async function verifyExport(verification: Verification): Promise<Verified> {
  const {trained, file, reader, layout, dtype, base} = verification;
  const unread = new Set(file.tensors.keys());
  for (const name of Object.keys(trained.others)) unread.delete(name);
  const unchanged: string[] = [];
  let largest = 0;
  for (const module of trained.modules) {
    const expected = trainedModule(module);
    const reading = expected === undefined ? undefined : reader(file, module.name);
    if (expected !== undefined && reading === undefined) throw missing(layout, module);
    for (const name of reading?.used ?? rotation(module, unread)) unread.delete(name);
    const found =
      expected === undefined
        ? rotationDifference(module, file)
        : await compare(expected, reading!.applied, {module, base});
    if (!(found.relative <= ALLOWED[dtype]))
      throw scaleLost(layout, module, {difference: found.relative, allowed: ALLOWED[dtype]});
    if (found.size === 0) unchanged.push(module.name);
    largest = Math.max(largest, found.relative);
  }
  const [left] = unread;
  if (left !== undefined) throw tensorUnread(layout, left);
  return {modules: trained.modules.length, largest_difference: largest, unchanged};
}

/** Modules whose training left no change at all; of decomposed ones without a base, those whose factors make none. */
export async function unchangedModules(
  {modules}: Adapter,
  base: BaseWeights | undefined,
): Promise<readonly string[]> {
  const unchanged: string[] = [];
  for (const module of modules) {
    const trained = trainedModule(module);
    const changes =
      trained === undefined ? rotates(module) : (await compare(trained, trained, {module, base})).size > 0;
    if (!changes) unchanged.push(module.name);
  }
  return unchanged;
}

/** OFT keeps what a rotation is made of; of zeros comes none. */
function rotates({weights}: AdapterModule): boolean {
  const kept = weights.kind === 'opaque' ? weights.tensors['oft_R.weight'] : undefined;
  return kept === undefined || toFloat32(kept).some((value) => value !== 0);
}

interface Place {
  readonly module: AdapterModule;
  readonly base: BaseWeights | undefined;
}

/** Two low-rank changes have a closed form; whatever else is formed row by row, with the weight where magnitudes ask for it. */
async function compare(expected: Applied, found: Applied, {module, base}: Place): Promise<AppliedDifference> {
  const plain = expected.magnitude === undefined && found.magnitude === undefined;
  if (plain || (base === undefined && sameMagnitude(expected, found))) {
    const [a, b] = [expected.change.factors, found.change.factors];
    return a && b
      ? factorDifference(a, b)
      : difference({change: expected.change}, {change: found.change}, undefined);
  }
  if (base === undefined) throw baseMissing(module.name);
  return difference(expected, found, toMatrix(await base.read(module.name)));
}

/** The same magnitudes over the same norm: whatever the weight is, only the changes can differ. */
function sameMagnitude({magnitude: a}: Applied, {magnitude: b}: Applied): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.over === b.over &&
    a.values.every((value, i) => value === b.values[i])
  );
}

/** OFT has one layout, PEFT's own: its rotations must be there as they were. */
function rotation({name}: AdapterModule, unread: ReadonlySet<string>): string[] {
  return [...unread].filter((tensor) => tensor === `base_model.model.${name}.oft_R.weight`);
}

function rotationDifference({name, weights}: AdapterModule, {tensors}: WrittenFile): AppliedDifference {
  const found = tensors.get(`base_model.model.${name}.oft_R.weight`);
  const kept = weights.kind === 'opaque' ? weights.tensors['oft_R.weight'] : undefined;
  if (found === undefined || kept === undefined) return {relative: Infinity, size: Number.NaN};
  const [a, b] = [toFloat32(kept), toFloat32(found)];
  const size = Math.hypot(...a);
  const wrong = Math.hypot(...a.map((value, i) => value - b[i]!));
  return {relative: size === 0 ? wrong : wrong / size, size};
}

function missing(layout: string, {name}: AdapterModule): SidestepError {
  return new SidestepError({
    code: 'export/module-missing',
    message: `A program that reads the ${layout} file would find nothing for ${name}`,
    hint: 'This is a bug in sidestep: please report it with the adapter type and its target modules.',
  });
}

function tensorUnread(layout: string, tensor: string): SidestepError {
  return new SidestepError({
    code: 'export/tensor-unread',
    message: `A program that reads the ${layout} file would leave out ${tensor}`,
    hint: 'This is a bug in sidestep: please report it with the adapter type and its target modules.',
  });
}

function scaleLost(
  layout: string,
  {name}: AdapterModule,
  found: {readonly difference: number; readonly allowed: number},
): SidestepError {
  return new SidestepError({
    code: 'export/scale-lost',
    message: `A program that reads the ${layout} file would change ${name} by something else than was trained: relative difference ${found.difference.toPrecision(3)}, allowed ${found.allowed}`,
    hint: 'Use `scale: baked`, or `dtype: f32` if the difference is small.',
  });
}
