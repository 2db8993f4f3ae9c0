import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';

/** How one stage instance ended, or why it never began. */
export type StageResult =
  /** It ran to its end; `objects` are in the cache. */
  | {
      readonly kind: 'succeeded';
      readonly stage: StageId;
      readonly fingerprint: Fingerprint;
      readonly objects: readonly ContentHash[];
      readonly duration_ms: number;
      readonly samples: SampleCounts | undefined;
    }
  /** Nothing had to run. `saved_ms` is what it took when it ran. */
  | {
      readonly kind: 'cached';
      readonly stage: StageId;
      readonly fingerprint: Fingerprint;
      readonly saved_ms: number;
    }
  /** `when:` said no. */
  | {readonly kind: 'skipped'; readonly stage: StageId; readonly condition: string}
  /** It reported a problem, timed out, or left no proper output. `attempts` counts the retries too. */
  | {
      readonly kind: 'failed';
      readonly stage: StageId;
      readonly problem: Problem;
      readonly attempts: number;
      readonly duration_ms: number;
      readonly log: string | undefined;
    }
  /** Its process died without a message: a crash in native code, or a kill for memory. */
  | {
      readonly kind: 'crashed';
      readonly stage: StageId;
      readonly signal: string | undefined;
      readonly exit_code: number | undefined;
      readonly stderr_tail: string;
      readonly attempts: number;
      readonly duration_ms: number;
      readonly log: string | undefined;
    }
  /** Something it needs did not succeed. */
  | {readonly kind: 'blocked'; readonly stage: StageId; readonly by: StageId}
  /** It could have run but the run was ending: `after` failed and nothing new was begun, or the user stopped it. */
  | {readonly kind: 'not_started'; readonly stage: StageId; readonly after: StageId | 'stop'}
  /**
   * The user stopped the run. `resumable`: partial state was kept and the next run continues from it. `ended`: of its own
   * accord, with all that was done, or killed, so that what it saved last is what is left; absent in older records.
   */
  | {
      readonly kind: 'interrupted';
      readonly stage: StageId;
      readonly resumable: boolean;
      readonly ended?: 'itself' | 'killed';
      readonly duration_ms: number;
    };

export interface SampleCounts {
  readonly total: number;
  /** Samples for which something was computed. */
  readonly computed: number;
  readonly cached: number;
  readonly failed: number;
}

const STOPPED = 130; // 128 + SIGINT

/** What a shell should see of one stage. */
export function exitCode(result: StageResult): 0 | 1 | 130 {
  switch (result.kind) {
    case 'succeeded':
    case 'cached':
    case 'skipped':
      return 0;
    case 'failed':
    case 'crashed':
    case 'blocked':
      return 1;
    case 'not_started':
      return result.after === 'stop' ? STOPPED : 1;
    case 'interrupted':
      return STOPPED;
    default:
      return unreachable(result);
  }
}
