import type {Fingerprint} from '../base/hash.js';
import type {OtherVersion} from '../base/saved-by.js';

/** Where a stale stage takes up its work. Whatever ran before, the bytes are those of a first run; a fork alone is asked for. */
export type Start =
  | {readonly kind: 'beginning'}
  /** Its inputs must be made first, so nothing saved can be looked up. */
  | {readonly kind: 'unknown'}
  /** At what this very stage saved. `at` in words: `step 120`; `progress` is that number, null where the stage has none. */
  | {readonly kind: 'own_state'; readonly at: string; readonly progress: number | null}
  /** At what another length of the same work saved, where that is exact. */
  | {
      readonly kind: 'other_state';
      readonly from: Fingerprint;
      readonly at: string;
      readonly progress: number;
    }
  /** From the weights of other work, because the file says so. */
  | {readonly kind: 'fork'; readonly from: Fingerprint; readonly at: string}
  /** There is saved work of another length, and going on from it would not give the same bytes. */
  | {readonly kind: 'other_length'; readonly because: string; readonly at: string}
  /** An interrupted run of other values, other data or another arithmetic saved work, which is of no use here. */
  | {
      readonly kind: 'other_interrupted';
      readonly at: string;
      /** What is not as it was there, in words. */
      readonly because: string;
      /** What would continue that work, in words; null where no option does. */
      readonly back: string | null;
    }
  /** There is saved work, and this version of sidestep does not continue what that one saved. */
  | {readonly kind: 'other_version'; readonly version: OtherVersion};
