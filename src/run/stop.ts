import type {StageId} from '../base/stage-id.js';

/** How a run is asked to end: first gracefully, then at once. */
export interface StopSwitch extends StopSignals {
  /** Call once per request (a Ctrl-C). */
  readonly request: () => void;
  /** Asks for one of the two, however often it was asked before; the second implies the first. */
  readonly ask: (how: StopHow) => void;
  /** Asks one stage to end, because what it makes is no longer wanted; the others go on. */
  readonly cancel: (stage: StageId) => void;
  /** What a stage listens to: the run's signals, or its own cancellation. */
  readonly ofStage: (stage: StageId) => StopSignals;
}

/** `graceful`: begin nothing new, save after the step in hand. `force`: now. */
export type StopHow = 'graceful' | 'force';

export interface StopSignals {
  /** Aborts with the first request: begin nothing new, let workers save and stop. */
  readonly graceful: AbortSignal;
  /** Aborts with the second: kill. */
  readonly force: AbortSignal;
}

export function stopSwitch(): StopSwitch {
  const graceful = new AbortController();
  const force = new AbortController();
  const cancelled = new Map<StageId, AbortController>();
  const controllerOf = (stage: StageId): AbortController => {
    const known = cancelled.get(stage) ?? new AbortController();
    cancelled.set(stage, known);
    return known;
  };
  const ask = (how: StopHow): void => {
    graceful.abort();
    if (how === 'force') force.abort();
  };
  return {
    graceful: graceful.signal,
    force: force.signal,
    ask,
    request: () => ask(graceful.signal.aborted ? 'force' : 'graceful'),
    cancel: (stage) => controllerOf(stage).abort(),
    ofStage: (stage) => ({
      graceful: AbortSignal.any([graceful.signal, controllerOf(stage).signal]),
      force: force.signal,
    }),
  };
}
