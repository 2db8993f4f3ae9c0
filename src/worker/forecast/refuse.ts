import {hostMemory} from '../../base/host-memory.js';
import {SidestepError} from '../../base/problem.js';
import {memoryProblem} from '../../event/memory-forecast.js';
import type {Addon} from '../../native/addon.js';
import {describeEngine} from '../../native/describe.js';
import type {PlanSetup} from '../../native/plan.js';
import type {WorkerJob} from '../../protocol/message.js';
import {forecastOf} from './step.js';

/**
 * The last moment to refuse: all samples are there, nothing is loaded yet, and what is free on the card is known.
 * Throws `run/memory-insufficient`.
 */
export async function refuseWhatCannotFit(addon: Addon, job: WorkerJob, setup: PlanSetup): Promise<void> {
  const {uses, device, stage, memory_limit_bytes} = job;
  const limit_bytes = memory_limit_bytes ?? (await freeMemory(addon, device));
  const forecast = await forecastOf({addon, uses, device, limit_bytes, bounds: undefined, setup});
  if (forecast.fits !== 'yes') throw new SidestepError(memoryProblem({stage}, forecast));
}

/** On a card what is free now; a host gives up its caches when it is asked for more than that. */
async function freeMemory(addon: Addon, device: string): Promise<number> {
  if (device === 'cpu') return hostMemory();
  const {cuda_devices} = await describeEngine(addon);
  return cuda_devices.find((card) => card.device === device)?.free_bytes ?? Number.MAX_SAFE_INTEGER;
}
