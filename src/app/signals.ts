import {type StopSwitch, stopSwitch} from '../run/stop.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalStop {
  readonly stop: StopSwitch;
  /** Gives the signals back to Node, which ends the process. */
  readonly release: () => void;
}

/**
 * The first Ctrl-C asks the run to stop where it can continue later, the second to stop at once. A terminal that closes
 * says so once or several times (the kernel, then the shell): no one there is in a hurry.
 */
export function stopOnSignals(): SignalStop {
  const stop = stopSwitch();
  const request = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGHUP' || !stop.graceful.aborted) stop.request();
  };
  for (const signal of SIGNALS) process.on(signal, request);
  return {
    stop,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, request);
    },
  };
}
