import type {JsonObject} from '../base/json.js';
import type {ParamObject} from './param.js';

export interface TrainingSteps {
  readonly micro_steps_per_epoch: number;
  /** Updates, a partial last group included. */
  readonly steps_per_epoch: number;
  /** Updates of the whole run, `max_steps` considered. */
  readonly total_steps: number;
}

/**
 * Pure: what `counted_steps` in native/training/run.cpp counts, for what is said before there is an engine: a plan knows which saved
 * state a training goes on from, and how long it will take, also where none is installed, and the wizard counts between two
 * questions. A test counts random trainings both ways. Once there is an engine, only the engine's numbers are used.
 */
export function trainingSteps(params: ParamObject, samples: number): TrainingSteps {
  const {
    batch_size,
    gradient_accumulation_steps,
    dataset_repeats = 1,
  } = params as Readonly<Record<string, number>>;
  const micro_steps_per_epoch = Math.ceil((samples * dataset_repeats) / batch_size!);
  const steps_per_epoch = Math.ceil(micro_steps_per_epoch / gradient_accumulation_steps!);
  return {
    micro_steps_per_epoch,
    steps_per_epoch,
    total_steps: totalSteps(params as JsonObject, steps_per_epoch),
  };
}

/** Pure: updates of the whole run, from those of an epoch: `max_steps` cuts what the epochs give. */
export function totalSteps({epochs, max_steps}: JsonObject, steps_per_epoch: number): number {
  const steps = Number(epochs) * steps_per_epoch;
  return Math.min(steps, Number(max_steps ?? 0) || steps);
}
