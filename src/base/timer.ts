/** The longest delay that a timer of the platform takes: 2^31 - 1 ms, not quite 25 days. Beyond it fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls once after so many milliseconds, however many and with whatever fraction. Returns what takes it back. */
export function callAfter(ms: number, call: () => void): () => void {
  const due = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = Math.ceil(due - performance.now());
    timer = left > LONGEST_MS ? setTimeout(arm, LONGEST_MS) : setTimeout(call, Math.max(0, left));
  };
  arm();
  return () => clearTimeout(timer);
}

/** Resolves after so many milliseconds, or as soon as `signal` aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      takeBack();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const takeBack = callAfter(ms, done);
    signal?.addEventListener('abort', done);
  });
}

/** Resolves with that event, or after so many milliseconds. No timer is left that would keep the process from ending. */
export async function within(event: Promise<unknown>, ms: number): Promise<void> {
  const waiting = new AbortController();
  try {
    await Promise.race([event, pause(ms, waiting.signal)]);
  } finally {
    waiting.abort();
  }
}
