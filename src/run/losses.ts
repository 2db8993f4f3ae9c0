import {asJson, canonicalJson} from '../base/json.js';
import type {RunEvent} from '../event/event.js';
import type {Start} from '../stage/start.js';

/** A place that takes a worker away so often before anything is saved will never let it get anywhere. */
const MOST_WITHOUT_PROGRESS = 5;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** How often what a stage runs on was lost. That is no failure, so retries do not count it; but it must not go on for ever. */
export interface Losses {
  /** To be called before each attempt, with where it takes up its work. */
  readonly begins: (at: Start) => void;
  /** To be called with all that happens meanwhile: a sample that is made is progress too. */
  readonly onEvent: (event: RunEvent) => void;
  /** To be called when something of the work is kept that was not there before. */
  readonly progressed: () => void;
  /** How long to wait before the next attempt; undefined when enough were lost without progress. */
  readonly next: () => number | undefined;
}

export function countLosses(): Losses {
  let lost = 0;
  let last: string | undefined;
  return {
    begins: (at) => {
      const now = canonicalJson(asJson(at));
      if (now !== last) lost = 0;
      last = now;
    },
    onEvent: ({kind}) => {
      if (kind === 'sample_finished') lost = 0;
    },
    progressed: () => {
      lost = 0;
    },
    next: () => {
      lost += 1;
      if (lost > MOST_WITHOUT_PROGRESS) return undefined;
      return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (lost - 1));
    },
  };
}
