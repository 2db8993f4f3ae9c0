import type {StageId} from '../base/stage-id.js';

/** How a run is asked to end: first gracefully, then at once. */
export interface StopSwitch extends StopSignals {
  /** Call once per request (a Ctrl-C). */
  readonly request: () => void;
  /** Asks one stage to end, because what it makes is no longer wanted; the others go on. */
  readonly cancel: (stage: StageId) => void;
  /** What a stage listens to: the run's signals, or its own cancellation. */
  readonly ofStage: (stage: StageId) => StopSignals;
}

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
  return {
    graceful: graceful.signal,
    force: force.signal,
    request: () => (graceful.signal.aborted ? force.abort() : graceful.abort()),
    cancel: (stage) => controllerOf(stage).abort(),
    ofStage: (stage) => ({
      graceful: AbortSignal.any([graceful.signal, controllerOf(stage).signal]),
      force: force.signal,
    }),
  };
}
