import {join} from 'node:path';
import {jsonIfReadable} from '../../base/state-file.js';
import {isSystemError} from '../../base/system-error.js';
import {newOwner, type Owner, parseOwner, showLifeAt, shownOwnerAt} from '../../cache/owner.js';

/** In a run's record, while it runs: which process carries it out. */
function runnerPath(runDir: string): string {
  return join(runDir, 'runner.json');
}

/** Says that this process carries the run out, until the returned function is called. A place that cannot be written means that no one sees it. */
export async function announceRunner(runDir: string): Promise<() => Promise<void>> {
  try {
    return await showLifeAt(runnerPath(runDir), newOwner());
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return async () => {};
  }
}

/**
 * The living process behind a run: on this machine by process id and start time, from another one by the age of its sign of
 * life. Undefined once it has ended, in whatever way. Ask before reading the run's events: a runner goes only after its
 * last event, so that a run without either was killed.
 */
export function runnerOf(runDir: string, now: number): Owner | undefined {
  return shownOwnerAt(runnerPath(runDir), now);
}

/** Which process carried the run out, alive or not; undefined when it ended in order. */
export function lastRunnerOf(runDir: string): Owner | undefined {
  return parseOwner(jsonIfReadable(runnerPath(runDir)));
}
