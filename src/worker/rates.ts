import {loadAddon} from '../native/addon.js';
import {learningRates} from '../native/schedule.js';
import type {RatesQuestion} from '../protocol/message.js';

/** Learning rates of trainings, in the order of the questions. Throws `train/*` for options that no training takes. */
export async function rates(path: string, questions: readonly RatesQuestion[]): Promise<number[][]> {
  const addon = loadAddon(path);
  const answers: number[][] = [];
  for (const question of questions) answers.push(await learningRates(addon, question));
  return answers;
}
