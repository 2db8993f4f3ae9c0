import type {JsonObject} from '../base/json.js';
import type {Addon} from './addon.js';
import {callEngine} from './call.js';
import type {RunShape} from './trainer.js';

type CountedSteps = Pick<RunShape, 'micro_steps_per_epoch' | 'steps_per_epoch' | 'total_steps'>;

export interface ScheduleSetup {
  /** `optimizer`, `schedule` and `epochs` of a train stage, defaults filled in. */
  readonly options: JsonObject;
  /** Updates of the whole run. */
  readonly total_steps: number;
  readonly steps_per_epoch: number;
  /** The updates that are asked about, from 0. */
  readonly steps: readonly number[];
}

/**
 * The learning rate before each of some updates, as training uses it. With Prodigy these are factors of the rate that it finds
 * itself. Throws `train/option-*`, `train/formula-invalid`.
 */
export async function learningRates(addon: Addon, setup: ScheduleSetup): Promise<number[]> {
  const {result} = await callEngine(addon, 'learning_rates', setup, {});
  return (result as {readonly rates: number[]}).rates;
}

/** How many steps a training on so many samples takes; `options` of a train stage, those that say how long it is. Throws `train/*`. */
export async function countedSteps(
  addon: Addon,
  options: JsonObject,
  samples: number,
): Promise<CountedSteps> {
  const {result} = await callEngine(addon, 'training_steps', {options, samples}, {});
  return result as CountedSteps;
}
