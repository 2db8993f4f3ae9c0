/** How a run is asked to end: first gracefully, then at once. */
export interface StopSwitch {
  /** Aborts with the first request: begin nothing new, let workers save and stop. */
  readonly graceful: AbortSignal;
  /** Aborts with the second: kill. */
  readonly force: AbortSignal;
  /** Call once per request (a Ctrl-C, a file that changed under `watch`). */
  readonly request: () => void;
}

export function stopSwitch(): StopSwitch {
  const graceful = new AbortController();
  const force = new AbortController();
  return {
    graceful: graceful.signal,
    force: force.signal,
    request: () => (graceful.signal.aborted ? force.abort() : graceful.abort()),
  };
}
