import {parseFormula} from './formula.js';
import {type ParamObject, valueAt} from './param.js';

export interface RunLength {
  readonly total_steps: number;
  readonly steps_per_epoch: number;
}

/**
 * Pure: the learning rate before each update, as `native/training/schedule.cpp` has it (a golden test holds both to upstream's
 * numbers). For pictures: training asks the engine. With Prodigy these are factors of the rate that it finds itself.
 */
export function learningRate(params: ParamObject, length: RunLength): (step: number) => number {
  return learningRateOf((path) => valueAt(params, path), length);
}

/** A parameter of a train stage by its dotted path. */
type Lookup = (path: string) => unknown;

/** The same of parameters that are otherwise. */
export function learningRateOf(param: Lookup, length: RunLength): (step: number) => number {
  const number = (path: string, otherwise: number) => Number(param(path) ?? otherwise);
  const peak = number('optimizer.learning_rate', 0);
  const {total_steps} = length;
  const warmup = Math.min(number('schedule.warmup_steps', 0), Math.max(1, Math.floor(total_steps / 10)));
  const start = number('schedule.warmup_start_factor', 0.1);
  const remaining = Math.max(1, total_steps - warmup);
  const after = factorAfterWarmup(param, {...length, remaining, peak});
  return (step) => (step < warmup ? peak * (start + (1 - start) * (step / warmup)) : after(step - warmup));
}

interface After extends RunLength {
  /** Steps after the warm-up. */
  readonly remaining: number;
  readonly peak: number;
}

/** Whether what comes after the warm-up is constant whatever the schedule: Prodigy finds the rate itself, unless the schedule is custom. */
export function findsRate(param: Lookup): boolean {
  return param('optimizer.type') === 'prodigy' && param('schedule.type') !== 'custom';
}

function factorAfterWarmup(param: Lookup, after: After): (position: number) => number {
  const {remaining, peak} = after;
  const type = String(param('schedule.type') ?? 'cosine');
  const floor = Number(param('schedule.floor_factor') ?? 0);
  if (findsRate(param)) return () => peak;
  const cosine = (position: number, length: number) =>
    peak * (floor + ((1 - floor) * (1 + Math.cos((Math.PI * position) / length))) / 2);
  switch (type) {
    case 'cosine':
      return (position) => cosine(position, remaining);
    case 'cosine_restarts': {
      const restarts = Math.max(1, Number(param('schedule.n_restarts') ?? 4));
      const cycle = Math.max(1, Math.floor(remaining / restarts));
      return (position) => cosine(position % cycle, cycle);
    }
    case 'linear':
      return (position) => peak * (1 + (floor - 1) * (Math.min(position, remaining) / remaining));
    case 'custom':
      return custom(param, after);
    default:
      return () => peak;
  }
}

function custom(param: Lookup, {remaining, peak, steps_per_epoch}: After): (step: number) => number {
  const formula = parseFormula(String(param('schedule.formula') ?? ''));
  if (!formula.ok) return () => peak; // refused where the pipeline is checked
  return (step) => {
    const rate = formula.value({
      step,
      total_steps: remaining,
      progress: step / remaining,
      epoch: step / Math.max(1, steps_per_epoch),
      total_epochs: Number(param('epochs')),
      steps_per_epoch,
      base_lr: peak,
    });
    return Number.isFinite(rate) && rate >= 0 ? rate : peak;
  };
}

const POINTS = 40;

/** At most 40 rates from the first update to the last, for a picture of the curve. */
export function learningRateCurve(params: ParamObject, length: RunLength): number[] {
  const {total_steps} = length;
  const rate = learningRate(params, length);
  const count = Math.min(POINTS, total_steps);
  return Array.from({length: count}, (_, i) =>
    rate(count === 1 ? 0 : Math.round((i * (total_steps - 1)) / (count - 1))),
  );
}

/** Formulas to begin with, as in docs/training-guide.md. */
export const FORMULA_TEMPLATES: readonly {readonly name: string; readonly formula: string}[] = [
  {name: 'half a cosine to zero', formula: 'base_lr * 0.5 * (1 + cos(pi * progress))'},
  {name: 'straight to zero', formula: 'base_lr * (1 - progress)'},
  {name: 'falling by half every tenth of the run', formula: 'base_lr * 0.5 ** (10 * progress)'},
  {name: 'steps: a tenth from half of the run on', formula: 'base_lr * (1 if progress < 0.5 else 0.1)'},
  {name: 'slow at first, peak in the middle', formula: 'base_lr * sin(pi * clamp(progress, 0.05, 0.95))'},
];
