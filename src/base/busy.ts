import {isSystemError, systemErrorName} from './system-error.js';
import {pause} from './timer.js';

/** What waiting needs of a system; tests hand in one that refuses. */
export interface BusyEffects {
  readonly platform: NodeJS.Platform;
  readonly pause: (ms: number) => Promise<void>;
}

export const ownBusyEffects: BusyEffects = {platform: process.platform, pause};

/** Together two seconds: longer than a virus scanner or an indexer holds on to a file that is new. */
const PAUSES_MS = [1, 4, 15, 60, 240, 480, 1200];

/** Windows' answers for a file that some program has open. */
const IN_USE = ['EPERM', 'EACCES', 'EBUSY'];

/**
 * Does what changes names in folders. Windows refuses while some program has the file open, which passes: it is tried again there.
 * Elsewhere such an answer means that it may not be, and is thrown at once. `passing`: further answers that pass, on every system.
 */
export async function whileBusy<T>(
  act: () => Promise<T>,
  {platform, pause: wait}: BusyEffects,
  passing: readonly string[] = [],
): Promise<T> {
  const waitedOut = platform === 'win32' ? [...IN_USE, ...passing] : passing;
  for (const ms of PAUSES_MS) {
    try {
      return await act();
    } catch (error) {
      if (!isOneOf(error, waitedOut)) throw error;
      await wait(ms);
    }
  }
  return act();
}

/** Did Windows say that the file is in use? */
export function isBusy(error: unknown): boolean {
  return isOneOf(error, IN_USE);
}

function isOneOf(error: unknown, names: readonly string[]): boolean {
  return isSystemError(error) && names.includes(systemErrorName(error)!);
}
