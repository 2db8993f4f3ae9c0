import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {Start} from '../stage/start.js';
import type {StageMemory} from './memory-forecast.js';
import type {StageResult} from './stage-result.js';

/** All that can happen in a run. Plain data; `at` (milliseconds since the epoch) is added where events are recorded. */
export type RunEvent = RunLevelEvent | StageEvent;

export type RunLevelEvent =
  /** First event. `stages` in the order they will be considered. */
  | {
      readonly kind: 'run_started';
      readonly run: string;
      readonly pipeline: string;
      readonly stages: readonly {
        readonly stage: StageId;
        readonly uses: string;
        readonly verdict: VerdictKind;
        /** What its parameters mean for the result, where a person should know. */
        readonly note?: string;
        /** What it will take on its device; null for stages that will not run or take little. */
        readonly memory: StageMemory | null;
      }[];
    }
  /** Last event. `outputs`: where results are, for people. */
  | {
      readonly kind: 'run_finished';
      readonly run: string;
      readonly outcome: 'done' | 'failed' | 'interrupted';
      readonly duration_ms: number;
      readonly results: readonly StageResult[];
      readonly outputs: readonly {readonly stage: StageId; readonly output: string; readonly path: string}[];
    }
  /** A person asked to stop; `force` is the second request. */
  | {readonly kind: 'stop_requested'; readonly how: 'graceful' | 'force'}
  /** Finished work is copied from another place (`fetch`) or to one (`store`): at most once a second, and once when it has `ended`. */
  | {
      readonly kind: 'cache_transfer';
      readonly direction: 'fetch' | 'store';
      /** Folder or address. */
      readonly place: string;
      readonly state: 'running' | 'ended';
      readonly objects: number;
      readonly total_objects: number;
      readonly bytes: number;
      readonly total_bytes: number;
      /** Expected to take so much longer; null while that cannot be said. */
      readonly left_ms: number | null;
    }
  /** An object did not match its name or size; it was removed and will be computed again. */
  | {
      readonly kind: 'object_evicted';
      readonly object: ContentHash;
      readonly reason: 'missing' | 'wrong_size' | 'wrong_hash';
    }
  /** Temporary outputs that all have read are gone from the cache; `put_off` while another run uses it. */
  | {
      readonly kind: 'temporary_removed';
      readonly outcome: 'removed' | 'put_off';
      readonly stages: readonly StageId[];
      readonly objects: number;
      readonly bytes: number;
    }
  /** Something a user should know that stops nothing. */
  | {readonly kind: 'warning'; readonly stage: StageId | undefined; readonly problem: Problem};

export type VerdictKind = 'cached' | 'stale' | 'blocked' | 'skipped';

export type StageEvent =
  | {
      readonly kind: 'stage_started';
      readonly stage: StageId;
      readonly fingerprint: Fingerprint;
      readonly attempt: number;
      readonly log: string;
      /** Where it takes up its work. */
      readonly start: Start;
    }
  /** Another runner is computing the very same thing; this one waits for it. */
  | {readonly kind: 'stage_waiting'; readonly stage: StageId; readonly for: WaitReason}
  | {
      readonly kind: 'stage_retrying';
      readonly stage: StageId;
      readonly attempt: number;
      readonly delay_ms: number;
      readonly problem: Problem;
    }
  /** It runs elsewhere: which job it is, and on which node, as far as that is known. */
  | {
      readonly kind: 'stage_placed';
      readonly stage: StageId;
      readonly executor: string;
      readonly job: string;
      readonly node: string | null;
      /** `followed`: an earlier run had begun it. */
      readonly how: 'submitted' | 'followed' | 'running';
      /** Of a stage whose samples several jobs share: which of them, from 0. */
      readonly shard?: number;
    }
  /** What it ran on is gone (a node, a connection, its time): it goes on from what it saved, and no retry is counted. */
  | {
      readonly kind: 'stage_lost';
      readonly stage: StageId;
      readonly delay_ms: number;
      readonly problem: Problem;
    }
  | {readonly kind: 'stage_finished'; readonly stage: StageId; readonly result: StageResult}
  | WorkerEvent;

export type WaitReason =
  | {readonly kind: 'other_runner'; readonly pid: number; readonly host: string}
  | {readonly kind: 'device'; readonly device: string}
  /** In the queue of a cluster; `reason` in its own word, null before it has said one. No job: the queue does not take it yet. */
  | {
      readonly kind: 'queue';
      readonly executor: string;
      readonly job: string | null;
      readonly reason: string | null;
      readonly shard?: number;
    };

/** What a running stage itself can tell, from a worker or from the runner's own process. */
export type WorkerEvent =
  /** How far: `done` of `total` in `unit` (samples, steps, batches, bytes); `total` undefined while it is not known. */
  | {
      readonly kind: 'stage_progress';
      readonly stage: StageId;
      readonly done: number;
      readonly total: number | undefined;
      readonly unit: string;
      readonly note?: string;
    }
  /** What the stage is busy with (`loading weights`, `tiling`); one short phrase. */
  | {readonly kind: 'phase_started'; readonly stage: StageId; readonly phase: string}
  /** How far a phase is that counts for itself. */
  | {
      readonly kind: 'phase_progress';
      readonly stage: StageId;
      readonly phase: string;
      readonly done: number;
      readonly total: number;
      /** `songs`, `texts`, `clips`. */
      readonly unit: string;
      /** Seconds of sound in what is done and in all of it, where it is sound. */
      readonly music?: {readonly done: number; readonly total: number};
    }
  | {readonly kind: 'sample_started'; readonly stage: StageId; readonly sample: string}
  /** All parts of the sample are there. `computed` names those that were made now. */
  | {
      readonly kind: 'sample_finished';
      readonly stage: StageId;
      readonly sample: string;
      readonly computed: readonly string[];
      readonly duration_ms: number;
    }
  | {
      readonly kind: 'sample_failed';
      readonly stage: StageId;
      readonly sample: string;
      readonly problem: Problem;
    }
  /** One optimizer update. `loss` is its mean over the micro-batches; null when it was NaN or infinite (step skipped). */
  | {
      readonly kind: 'step_finished';
      readonly stage: StageId;
      readonly global_step: number;
      readonly total_steps: number;
      readonly epoch: number;
      readonly loss: number | null;
      readonly learning_rate: number;
      readonly gradient_norm: number | null;
      readonly duration_ms: number;
      /** Mean loss of this step's samples in each band of timesteps that had one, before weighting: `0.4-0.6` and so on. */
      readonly bands?: Readonly<Record<string, number>>;
      /** Prodigy's estimate after this step, and `learning_rate` times that. */
      readonly prodigy_d?: number;
      readonly effective_learning_rate?: number;
      /** What the target loss goes by once it acts, and its factor on this step's `learning_rate`. */
      readonly target_loss_smoothed?: number;
      readonly target_loss_scale?: number;
    }
  | {
      readonly kind: 'epoch_finished';
      readonly stage: StageId;
      readonly epoch: number;
      readonly epochs: number;
      readonly mean_loss: number | null;
      readonly duration_ms: number;
    }
  | {
      readonly kind: 'validation_finished';
      readonly stage: StageId;
      readonly global_step: number;
      readonly loss: number | null;
      /** Loss per timestep band, `0.0-0.2` and so on. */
      readonly bands: Readonly<Record<string, number | null>>;
    }
  | {
      readonly kind: 'checkpoint_saved';
      readonly stage: StageId;
      readonly global_step: number;
      readonly epoch: number;
      readonly path: string;
      readonly reason: string;
    }
  /** All that continues the training from this step is safe. */
  | {
      readonly kind: 'state_saved';
      readonly stage: StageId;
      readonly global_step: number;
      readonly reason: string;
    }
  /** Where TensorBoard finds the curves, from now on. */
  | {readonly kind: 'board_opened'; readonly stage: StageId; readonly path: string}
  /** Music that a training made on its way, to be listened to. */
  | {
      readonly kind: 'clip_made';
      readonly stage: StageId;
      readonly global_step: number;
      readonly prompt: string;
      readonly seed: number;
      readonly strength: number;
      readonly path: string;
      /** The song of this training that it is most like; see stage/likeness.ts. */
      readonly nearest?: JsonObject;
    }
  | {
      readonly kind: 'memory';
      readonly stage: StageId;
      readonly resident_bytes: number;
      readonly device_bytes: number | undefined;
      readonly device: string | undefined;
      /** Of a training, what its optimizer keeps for so many parameters. */
      readonly optimizer_bytes?: number;
      readonly trained_parameters?: number;
    }
  /** Numbers worth keeping that have no event of their own; they go to the run's metrics. */
  | {
      readonly kind: 'metric';
      readonly stage: StageId;
      readonly name: string;
      readonly global_step: number;
      readonly value: number;
    }
  /** One line for the stage's log. */
  | {
      readonly kind: 'log';
      readonly stage: StageId;
      readonly level: 'debug' | 'info' | 'warning' | 'error';
      readonly line: string;
      readonly data?: JsonObject;
    }
  | {readonly kind: 'stage_warning'; readonly stage: StageId; readonly problem: Problem};
