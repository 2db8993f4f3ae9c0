import {isSystemError} from '../../base/system-error.js';
import type {StopSwitch} from '../stop.js';
import {announceRunner} from './runner.js';
import {onStopRequests} from './stop-request.js';

/** While it is open, others see that this process carries the run out, and can ask it to stop. Close it after the last event. */
export async function openControlDoor(
  runDir: string,
  stop: Pick<StopSwitch, 'ask'>,
): Promise<{readonly close: () => Promise<void>}> {
  const forget = await announceRunner(runDir);
  const close = onStopRequests(runDir, stop);
  return {
    close: async () => {
      for (const end of [close, forget]) await end().catch(unlessSystem);
    },
  };
}

/** A record that cannot be changed any more (read-only, deleted) is told of by the record itself. */
function unlessSystem(error: unknown): void {
  if (!isSystemError(error)) throw error;
}
