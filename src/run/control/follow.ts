import {pause} from '../../base/timer.js';
import {type RecordedEvent, readNewEvents} from '../../record/run-record.js';
import {runnerOf} from './runner.js';

/** How often the record is looked at. */
const LOOK_EVERY_MS = 150;

/** How following a run ended: it finished, its runner died without a message, or the one that followed has left. */
export type FollowEnd = 'finished' | 'killed' | 'left';

/** Hears every event of a run from its record, those that are there and those to come, until the run ends or `signal` aborts. */
export async function followRun(
  runDir: string,
  {
    listener,
    signal,
    now,
  }: {
    readonly listener: (event: RecordedEvent) => void;
    readonly signal: AbortSignal;
    readonly now: () => number;
  },
): Promise<FollowEnd> {
  const read = readNewEvents(runDir);
  for (;;) {
    const alive = runnerOf(runDir, now()) !== undefined; // before the events: see there
    for (const event of read()) {
      listener(event);
      if (event.kind === 'run_finished') return 'finished';
    }
    if (!alive) return 'killed';
    if (signal.aborted) return 'left';
    await pause(LOOK_EVERY_MS, signal);
  }
}
