/** What a person who only watches can do with keys. */
export interface KeyActions {
  readonly stop: () => void;
  readonly leave: () => void;
}

export interface Keyboard {
  /** `none`: the input is no terminal; signals still leave. */
  readonly kind: 'keys' | 'none';
  /** Gives input and signals back. */
  readonly release: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Keys one by one, without Enter. In that mode a terminal sends no signal for Ctrl-C: it is a key too. */
export function takeKeys({stop, leave}: KeyActions, input: NodeJS.ReadStream = process.stdin): Keyboard {
  for (const signal of SIGNALS) process.on(signal, leave);
  const releaseSignals = (): void => {
    for (const signal of SIGNALS) process.off(signal, leave);
  };
  if (!input.isTTY) return {kind: 'none', release: releaseSignals};
  const listener = (keys: Buffer): void => {
    for (const key of keys.toString('latin1')) {
      if (key === 's') stop();
      if (key === 'q' || key === CTRL_C || key === CTRL_D) leave();
    }
  };
  input.setRawMode(true).on('data', listener).resume();
  return {
    kind: 'keys',
    release: () => {
      input.off('data', listener).setRawMode(false).pause();
      releaseSignals();
    },
  };
}
