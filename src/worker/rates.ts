import {type Addon, loadAddon} from '../native/addon.js';
import {countedSteps, learningRates} from '../native/schedule.js';
import type {RatesQuestion} from '../protocol/message.js';

/** Rates that make a picture of the curve. */
const POINTS = 40;

/**
 * At most 40 learning rates of each training, from the first update to the last, in the order of the questions. Throws `train/*` for
 * options that no training takes.
 */
export async function rates(path: string, questions: readonly RatesQuestion[]): Promise<number[][]> {
  const addon = loadAddon(path);
  const answers: number[][] = [];
  for (const question of questions) answers.push(await curve(addon, question));
  return answers;
}

async function curve(addon: Addon, {options, samples}: RatesQuestion): Promise<number[]> {
  const {total_steps, steps_per_epoch} = await countedSteps(addon, options, samples);
  const count = Math.min(POINTS, total_steps);
  const steps = Array.from({length: count}, (_, i) =>
    count === 1 ? 0 : Math.round((i * (total_steps - 1)) / (count - 1)),
  );
  return learningRates(addon, {options, total_steps, steps_per_epoch, steps});
}
