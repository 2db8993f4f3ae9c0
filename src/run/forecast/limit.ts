import {hostMemory} from '../../base/host-memory.js';
import type {EngineObservation} from '../numerics.js';

/**
 * How much memory stages may count on, by device: the user's bound, else all that the device has. What is free at the moment
 * is not asked here, since a plan is made long before its stages run; a worker asks when it begins.
 */
export function memoryLimits(
  engine: EngineObservation | undefined,
  userLimit: number | undefined,
): (device: string) => number {
  return (device) => {
    if (userLimit !== undefined) return userLimit;
    if (device === 'cpu') return hostMemory();
    const report = engine?.kind === 'known' ? engine.report : undefined;
    const found = report?.devices.find((card) => card.device === device);
    return found?.memory_bytes ?? Number.MAX_SAFE_INTEGER;
  };
}
