import {textIfReadable} from '../base/state-file.js';

/** Files that planning reads and a run writes. What a run leaves there is no edit. */
export interface OwnWrites {
  /** What is in these now is known: from here on, anything else is an edit. */
  readonly remember: (paths: readonly string[]) => void;
  /** During a run it is the run that writes them. */
  readonly during: <Result>(run: () => Promise<Result>) => Promise<Result>;
  readonly isOwn: (path: string) => boolean;
}

export function ownWrites(): OwnWrites {
  const known = new Map<string, string | undefined>();
  let running = 0;
  return {
    remember: (paths) => {
      known.clear();
      for (const path of paths) known.set(path, textIfReadable(path));
    },
    during: async (run) => {
      running++;
      try {
        return await run();
      } finally {
        running--;
        for (const path of known.keys()) known.set(path, textIfReadable(path));
      }
    },
    isOwn: (path) => known.has(path) && (running > 0 || textIfReadable(path) === known.get(path)),
  };
}
