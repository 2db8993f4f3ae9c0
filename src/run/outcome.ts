import type {ContentHash} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {ObjectRef, OutputObject} from '../cache/entry.js';
import type {SampleCounts} from '../event/stage-result.js';

/** How one attempt at a stage ended. */
export type AttemptOutcome = Made | WorkUnfinished;

/** Everything it promised is in the cache; only the entry is missing. */
export interface Made {
  readonly kind: 'made';
  readonly outputs: Readonly<Record<string, OutputObject>>;
  readonly refers: readonly ObjectRef[];
  /** See CacheEntry. */
  readonly made_from: readonly ContentHash[];
  readonly about: JsonObject;
  /** What it warned of: kept with what was made. */
  readonly warnings: readonly Problem[];
  readonly samples: SampleCounts | undefined;
}

/** How the work itself (a worker, a light stage) ended: `done`, or one of the ways it did not. */
export type WorkOutcome = {readonly kind: 'done'} | WorkUnfinished;

export type WorkUnfinished =
  | {readonly kind: 'failed'; readonly problem: Problem}
  | {
      readonly kind: 'crashed';
      readonly signal: string | undefined;
      readonly exit_code: number | undefined;
      readonly stderr_tail: string;
    }
  | {
      readonly kind: 'interrupted';
      readonly resumable: boolean;
      /** See StageResult. */
      readonly ended: 'itself' | 'killed';
    }
  /** Where it ran is gone (a node, a connection, a time limit): no failure of the work, which goes on from what was saved. */
  | {readonly kind: 'lost'; readonly problem: Problem};
