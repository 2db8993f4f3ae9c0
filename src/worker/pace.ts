import {loadAddon} from '../native/addon.js';
import {measureProducts} from '../native/describe.js';
import type {MemoryQuestion, Pace} from '../protocol/message.js';
import {plannedStep} from './forecast/step.js';

/** What one step of a training costs, and what this machine does in a second. Throws what planning the step throws. */
export async function pace(addonPath: string, question: MemoryQuestion): Promise<Pace> {
  const addon = loadAddon(addonPath);
  const planned = await plannedStep(addon, question);
  if (planned === undefined)
    throw new Error('the pace was asked of samples that only the training itself reads');
  const {device, precision} = question;
  return {
    flops_per_micro_step: planned.memory.flops_per_micro_step,
    flops_per_second: await measureProducts(addon, {device, precision, threads: undefined}),
  };
}
