import {hostMemory} from '../../base/host-memory.js';
import {SidestepError} from '../../base/problem.js';
import {memoryProblem} from '../../event/memory-forecast.js';
import type {Addon} from '../../native/addon.js';
import {describeEngine} from '../../native/describe.js';
import type {PlanSetup} from '../../native/plan.js';
import type {WorkerJob} from '../../protocol/message.js';
import {forecastOf} from './step.js';

/** What is there for a stage that begins now. */
export interface MemoryAtHand {
  /** More than this cannot be had. */
  readonly limit_bytes: number;
  /** What may be filled with things that could do without: a host's other programs need theirs. */
  readonly spare_bytes: number;
}

export async function memoryAtHand(
  addon: Addon,
  {device, memory_limit_bytes}: Pick<WorkerJob, 'device' | 'memory_limit_bytes'>,
): Promise<MemoryAtHand> {
  const limit_bytes = memory_limit_bytes ?? (await freeMemory(addon, device));
  return {
    limit_bytes,
    spare_bytes: device === 'cpu' ? Math.min(limit_bytes, process.availableMemory()) : limit_bytes,
  };
}

/**
 * The last moment to refuse: all samples are there, nothing is loaded yet, and what is free on the card is known.
 * Throws `run/memory-insufficient`.
 */
export async function refuseWhatCannotFit(
  addon: Addon,
  {uses, device, stage}: WorkerJob,
  {setup, limit_bytes}: {readonly setup: PlanSetup; readonly limit_bytes: number},
): Promise<void> {
  const forecast = await forecastOf({addon, uses, device, limit_bytes, bounds: undefined, setup});
  if (forecast.fits !== 'yes') throw new SidestepError(memoryProblem({stage}, forecast));
}

/** On a card what is free now; a host gives up its caches when it is asked for more than that. */
async function freeMemory(addon: Addon, device: string): Promise<number> {
  if (device === 'cpu') return hostMemory();
  const {cuda_devices} = await describeEngine(addon);
  return cuda_devices.find((card) => card.device === device)?.free_bytes ?? Number.MAX_SAFE_INTEGER;
}
