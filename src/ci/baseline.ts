import {existsSync} from 'node:fs';
import {asWritten, isJsonObject} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {writeUserFile} from '../base/write-user-file.js';
import {readUserObject} from '../format/user-json.js';
import type {NumericIdentity} from '../plan/world.js';

/** What came out of a file of tensors. */
export interface FileNumbers {
  /** Of the tensors alone; of sound all bytes. */
  readonly hash: string;
  /** Root of the mean of the squares of all its numbers: how far they drifted shows in it. Of tensors. */
  readonly rms?: number;
}

export interface StageNumbers {
  /** Of each step; null where it was no finite number. */
  readonly losses?: readonly (number | null)[];
  readonly files?: Readonly<Record<string, FileNumbers>>;
}

/** What `sidestep ci` is compared with, committed beside the pipeline. */
export interface Baseline {
  readonly sidestep_ci: 1;
  readonly pipeline: string;
  readonly numerics: NumericIdentity | null;
  readonly stages: Readonly<Record<string, StageNumbers>>;
}

/** `lora.yaml` → `lora.ci.json`. */
export function baselinePath(pipelineFile: string): string {
  return `${pipelineFile.replace(/\.ya?ml$/i, '')}.ci.json`;
}

/** Undefined where there is none. Throws `ci/baseline-invalid`, and what reading a user's JSON throws. */
export async function readBaseline(path: string): Promise<Baseline | undefined> {
  if (!existsSync(path)) return undefined;
  const value = await readUserObject(path);
  if (value.sidestep_ci === 1 && isJsonObject(value.stages)) return asWritten<Baseline>(value);
  throw new SidestepError({
    code: 'ci/baseline-invalid',
    message: `${path} is no baseline of \`sidestep ci\``,
    hint: 'Write it again: sidestep ci FILE --update.',
  });
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  await writeUserFile(path, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** One stage whose numbers are not those of the baseline. */
export interface Drift {
  readonly stage: string;
  readonly message: string;
}

export interface Comparison {
  readonly drifts: readonly Drift[];
  /** How it was compared, where that is not to the last bit. */
  readonly note: string | undefined;
}

/** Numbers of another arithmetic may differ so far: sums in another order, not another result. */
const OTHER_ARITHMETIC = 1e-3;

/**
 * Pure. The engine's CPU arithmetic gives the same bits wherever multiply-adds are fused, so numbers are compared exactly; where a
 * CPU has an arithmetic of its own, or one of the two has, within a tolerance, which is said.
 */
export function compareNumbers(before: Baseline, now: Baseline): Comparison {
  const other = otherArithmetic(before.numerics, now.numerics);
  const stages = [...new Set([...Object.keys(now.stages), ...Object.keys(before.stages)])];
  const drifts = stages.flatMap((stage) => {
    const message = driftOf(
      before.stages[stage],
      now.stages[stage],
      other === undefined ? 0 : OTHER_ARITHMETIC,
    );
    return message === undefined ? [] : [{stage, message}];
  });
  const note =
    other &&
    `Compared within ${OTHER_ARITHMETIC}, not to the last bit: the baseline is of ${other.before}, this machine computes ${other.now}`;
  return {drifts, note};
}

/** Another version of the engine's numerics is a drift like any other: its numbers are to be looked at and committed. */
function otherArithmetic(before: NumericIdentity | null, now: NumericIdentity | null) {
  const words = (of: NumericIdentity | null) =>
    `${of?.backend ?? 'no engine'}, ${of?.precision ?? ''}, ${of?.cpu_arithmetic ?? 'fused multiply-adds'}`;
  return words(before) === words(now) ? undefined : {before: words(before), now: words(now)};
}

function driftOf(
  before: StageNumbers | undefined,
  now: StageNumbers | undefined,
  tolerance: number,
): string | undefined {
  if (before === undefined) return 'it is not in the baseline';
  if (now === undefined) return 'it is in the baseline and computed nothing now';
  return (
    lossDrift(before.losses ?? [], now.losses ?? [], tolerance) ??
    fileDrift(before.files ?? {}, now.files ?? {}, tolerance)
  );
}

function lossDrift(
  before: readonly (number | null)[],
  now: readonly (number | null)[],
  tolerance: number,
): string | undefined {
  if (before.length !== now.length) return `it took ${now.length} steps, in the baseline ${before.length}`;
  const at = now.findIndex((loss, i) => !near(before[i]!, loss, tolerance));
  return at === -1 ? undefined : `loss of step ${at + 1}: ${change(before[at]!, now[at]!)}`;
}

function fileDrift(
  before: Readonly<Record<string, FileNumbers>>,
  now: Readonly<Record<string, FileNumbers>>,
  tolerance: number,
): string | undefined {
  const gone = Object.keys(before).filter((name) => now[name] === undefined);
  const added = Object.keys(now).filter((name) => before[name] === undefined);
  if (gone.length + added.length > 0)
    return [
      ...(gone.length === 0 ? [] : [`no longer there: ${listed(gone, 4)}`]),
      ...(added.length === 0 ? [] : [`new: ${listed(added, 4)}`]),
    ].join('; ');
  const other = Object.keys(now).filter((name) =>
    tolerance === 0
      ? before[name]!.hash !== now[name]!.hash
      : !near(before[name]!.rms ?? null, now[name]!.rms ?? null, tolerance),
  );
  const [first] = other;
  if (first === undefined) return undefined;
  const more = other.length === 1 ? '' : `, and ${other.length - 1} more`;
  const [was, is] = [before[first]!.rms, now[first]!.rms];
  const by = was === undefined || is === undefined ? '' : ` (rms ${change(was, is)})`;
  return `${first} holds other numbers${by}${more}`;
}

function near(before: number | null, now: number | null, tolerance: number): boolean {
  if (before === null || now === null) return before === now;
  return before === now || Math.abs(before - now) <= tolerance * Math.max(Math.abs(before), Math.abs(now));
}

function change(before: number | null, now: number | null): string {
  if (before === null || now === null) return `${before ?? 'no number'} → ${now ?? 'no number'}`;
  if (before === now) return `${before}, alike to the last digit shown`;
  const relative = ((now - before) / Math.abs(before || 1)) * 100;
  return `${before} → ${now} (${relative > 0 ? '+' : ''}${Number(relative.toPrecision(2))} %)`;
}

export function driftProblem(
  {stage, message}: Drift,
  where: {readonly position?: Problem['position']; readonly update: string},
): Problem {
  return {
    code: 'ci/drift',
    message: `${stage}: ${message}`,
    ...(where.position && {position: where.position}),
    hint: `If that is meant, write the new numbers and commit them: ${where.update}`,
  };
}
