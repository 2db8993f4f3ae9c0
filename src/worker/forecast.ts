import {SidestepError} from '../base/problem.js';
import type {StageMemory} from '../event/memory-forecast.js';
import type {Addon} from '../native/addon.js';
import {loadAddon} from '../native/addon.js';
import type {MemoryQuestion} from '../protocol/message.js';
import {forecastConditions, forecastPass1} from './forecast/encoding.js';
import {forecastGeneration} from './forecast/generation.js';
import {forecastStep} from './forecast/step.js';

type Forecaster = (addon: Addon, question: MemoryQuestion) => Promise<StageMemory>;

/** The stage types that declare `plans_memory`. */
const forecasters: Readonly<Record<string, Forecaster>> = {
  'preprocess.pass1': forecastPass1,
  'preprocess.pass2': forecastConditions,
  estimate: forecastStep,
  generate: forecastGeneration,
  train: forecastStep,
};

/** How much memory stages would take. What is wrong with one (a model's config, an option) is the answer for that one. */
export async function forecast(path: string, questions: readonly MemoryQuestion[]): Promise<StageMemory[]> {
  const addon = loadAddon(path);
  const answers: StageMemory[] = [];
  for (const question of questions) answers.push(await answer(addon, question));
  return answers;
}

async function answer(addon: Addon, question: MemoryQuestion): Promise<StageMemory> {
  const forecaster = forecasters[question.uses];
  if (forecaster === undefined) throw new Error(`nothing forecasts the memory of ${question.uses}`);
  try {
    return await forecaster(addon, question);
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return {kind: 'later', reason: error.problem.message};
  }
}
