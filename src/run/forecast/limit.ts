import {hostMemory} from '../../base/host-memory.js';
import type {Executor} from '../../config/pipeline.js';
import {UNKNOWN_LIMIT_BYTES} from '../../event/memory-forecast.js';
import type {EngineObservation} from '../numerics.js';

/**
 * How much memory stages may count on, by device: the user's bound, else all that the device has. What is free at the moment
 * is not asked here, since a plan is made long before its stages run; a worker asks when it begins. Of a job it is what the job asks for.
 */
export function memoryLimits(
  engine: EngineObservation | undefined,
  userLimit: number | undefined,
): (device: string, executor?: Executor) => number {
  return (device, executor) => {
    if (userLimit !== undefined) return userLimit;
    if (executor !== undefined)
      return (device === 'cpu' ? requestedBytes(executor.memory) : undefined) ?? UNKNOWN_LIMIT_BYTES;
    if (device === 'cpu') return hostMemory();
    const report = engine?.kind === 'known' ? engine.report : undefined;
    const found = report?.devices.find((card) => card.device === device);
    return found?.memory_bytes ?? UNKNOWN_LIMIT_BYTES;
  };
}

const UNITS: Readonly<Record<string, number>> = {M: 2 ** 20, G: 2 ** 30, T: 2 ** 40};

/** `64G`, as the schema has it. Of `auto`, and where nothing is asked for, no one knows here what there is. */
function requestedBytes(memory: string | undefined): number | undefined {
  const [, count, unit = 'M'] = /^([\d.]+)([MGT])$/.exec(memory ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit]!;
}
