import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {WorkerEvent} from '../event/event.js';
import type {StageMemory} from '../event/memory-forecast.js';
import type {ParamObject} from '../stage/param.js';
import type {PartObject} from '../stage/sample-parts.js';

/** Raised when a message changes shape, so that a worker of another version is refused by name. */
export const PROTOCOL_VERSION = 6;

export function otherProtocol({runner, worker}: {readonly runner: number; readonly worker: number}): Problem {
  return {
    code: 'worker/other-protocol',
    message: `The runner speaks protocol ${runner}, this worker ${worker}`,
    hint: 'Runner and worker come from different versions of sidestep; use the same one on both sides, or build it again.',
  };
}

/** How often a worker says that it is there. */
export const BEAT_MS = 10_000;

/** Runner to worker. `run` comes first and once. */
export type RunnerMessage =
  | {
      readonly kind: 'run';
      readonly protocol: typeof PROTOCOL_VERSION;
      readonly job: WorkerJob;
      /** Values of the environment variables that the stage type's `secrets` names: apart from the job, to be kept nowhere. */
      readonly secrets: Secrets;
    }
  /** Stop at the next safe point; save what can be resumed. A second request is a signal, not a message. */
  | {readonly kind: 'stop'}
  /** The part is in the cache; its file in `out_dir` is gone. */
  | {readonly kind: 'part_committed'; readonly fingerprint: Fingerprint; readonly object: PartObject}
  /** Instead of `run`: say what this machine can compute with, and end. */
  | {readonly kind: 'probe'; readonly protocol: typeof PROTOCOL_VERSION; readonly addon: string}
  /** Instead of `run`: say how much memory these would take, and end. */
  | {
      readonly kind: 'forecast';
      readonly protocol: typeof PROTOCOL_VERSION;
      readonly addon: string;
      readonly questions: readonly MemoryQuestion[];
    }
  /** Instead of `run`: measure how fast this machine is, say what one step of this training costs, and end. */
  | {
      readonly kind: 'pace';
      readonly protocol: typeof PROTOCOL_VERSION;
      readonly addon: string;
      readonly question: MemoryQuestion;
    }
  /** Instead of `run`: say what learning rates these trainings would have, and end. */
  | {
      readonly kind: 'rates';
      readonly protocol: typeof PROTOCOL_VERSION;
      readonly addon: string;
      readonly questions: readonly RatesQuestion[];
    };

/** By the name of the environment variable. */
export type Secrets = Readonly<Record<string, string>>;

/** Worker to runner. */
export type WorkerMessage =
  | {readonly kind: 'event'; readonly event: WorkerEvent}
  /** A finished file in `out_dir` that is one part of one sample: to be committed at once. */
  | {
      readonly kind: 'part_ready';
      readonly fingerprint: Fingerprint;
      readonly file: string;
      readonly about: JsonObject;
      /** What making it took. */
      readonly duration_ms: number;
    }
  | {readonly kind: 'sample_failed'; readonly sample: string; readonly problem: Problem}
  | {readonly kind: 'probed'; readonly report: EngineReport}
  /** In the order of the questions. */
  | {readonly kind: 'forecasts'; readonly answers: readonly StageMemory[]}
  | {readonly kind: 'paced'; readonly pace: Pace}
  /** In the order of the questions; of each from the first update to the last. */
  | {readonly kind: 'rated'; readonly answers: readonly (readonly number[])[]}
  /** Last message of a worker that reached its end; outputs are in `out_dir` under their declared names. */
  | {readonly kind: 'done'}
  /** Last message of a worker that stopped because it was asked to. */
  | {readonly kind: 'stopped'; readonly resumable: boolean}
  /** Last message of a worker that lost what it worked with (another rank), not its work: it goes on from what was saved. */
  | {readonly kind: 'lost'; readonly problem: Problem}
  | {
      readonly kind: 'failed';
      readonly problem: Problem /** For the log; absent when the problem explains itself. */;
      readonly stack?: string;
    };

/** Of the process, not of its work: what a channel's ends say to each other. */
export type WorkerSign =
  /** First of all: the worker is loaded and listens. */
  | {readonly kind: 'hello'; readonly protocol: number; readonly host: string}
  /** Every `BEAT_MS`, also while the engine computes. */
  | {readonly kind: 'alive'};

/** Everything a worker may know. Its results go into `out_dir` and `partial_dir` only. */
export interface WorkerJob {
  readonly stage: StageId;
  /** Stage type, e.g. `train`. */
  readonly uses: string;
  readonly params: ParamObject;
  /** What the references in `params` lead to, by dotted parameter path. */
  readonly inputs: Readonly<Record<string, InputObject>>;
  readonly fingerprint: Fingerprint;
  /** The parameters that entered it, by dotted path; saved with states, so that other lengths of the work can compare. */
  readonly counting: JsonObject;
  /** Content of what the references and file parameters lead to, as it entered the fingerprint; by dotted parameter path. */
  readonly contents: Readonly<Record<string, ContentHash>>;
  /** Backend, precision and version of the arithmetic; null where they decide nothing. */
  readonly numerics: JsonObject | null;
  /** For tensor metadata: where this comes from. */
  readonly provenance: JsonObject;
  /** Empty folder for the outputs. */
  readonly out_dir: string;
  /** Folder that outlives an interrupted attempt. */
  readonly partial_dir: string;
  /** For TensorBoard files, when the parameters name no place: they are for people and belong to no output. */
  readonly tensorboard_dir: string;
  /** For clips made on the way, in the run record: for people, as those files are. */
  readonly clips_dir: string;
  /** Folder of the cache's objects: object H is at `H[0..2]/H`. */
  readonly objects_dir: string;
  /** Folder of the cache for what is true of a file's bytes for ever. */
  readonly memory_dir: string;
  /** What the device request resolved to: `cpu` or `cuda:N`. */
  readonly device: string;
  /** What the precision request resolved to. */
  readonly precision: string;
  readonly threads: number | undefined;
  /** A training's ranks, by what each computes on: `cpu` so many times, or a card each. One: the device alone. */
  readonly rank_devices: readonly string[];
  /** The user's bound on the device's memory; undefined: what is free on it. */
  readonly memory_limit_bytes: number | undefined;
  /** Per-sample stages: the parts to make, without those that are cached. */
  readonly parts: readonly PartJob[];
  /** Absolute path of the native addon; undefined when the stage does not need it. */
  readonly addon: string | undefined;
}

/** What must be known of a stage to say how much memory it will take. */
export interface MemoryQuestion
  extends Pick<WorkerJob, 'uses' | 'params' | 'inputs' | 'objects_dir' | 'device' | 'precision'> {
  readonly limit_bytes: number;
  /** What activations may be kept within; unset: the limit. */
  readonly spare_bytes?: number;
  /** Of a training, processes that share it. Absent: one. */
  readonly ranks?: number;
  /** Of samples that are yet to be made; undefined when `inputs` and `params` name them. */
  readonly bounds: SampleBounds | undefined;
}

/** Of which training the learning rates are asked for. */
export interface RatesQuestion {
  /** Of the train stage: `optimizer`, `schedule`, and what says how many steps there are. */
  readonly options: JsonObject;
  /** How many it trains on. */
  readonly samples: number;
}

/** What decides how long a training takes. */
export interface Pace {
  /** One forward and backward pass over a batch of the question's length, recomputed activations included. */
  readonly flops_per_micro_step: number;
  /** Of the matrix product on the device, measured just now. */
  readonly flops_per_second: number;
}

/** No sample will be longer than this. */
export interface SampleBounds {
  readonly samples: number;
  readonly seconds: number;
  readonly text_tokens: number;
  readonly lyric_tokens: number;
  /** Latent frames of the reference for the timbre. */
  readonly reference_frames: number;
}

/** One part that must be made; parts of the same sample are together. */
export interface PartJob {
  readonly fingerprint: Fingerprint;
  readonly sample: string;
  readonly part: string;
  readonly work: JsonObject;
}

/** An input as the worker sees it. */
export interface InputObject {
  readonly stage: StageId;
  /** Type of that stage. */
  readonly uses: string;
  readonly output: string;
  readonly kind: 'json' | 'file' | 'tree';
  readonly hash: ContentHash;
  /** Read-only file or folder. */
  readonly path: string;
  /** The parsed content of a `json` input. */
  readonly json: Json | undefined;
}

/** What a short-lived process found out about the native engine on this machine. */
export interface EngineReport {
  /** Raised by the engine whenever results change. */
  readonly numerics_version: number;
  /** `fused`: the bits that most CPUs compute; else whose bits these are (native/ops/instruction_set.h). */
  readonly cpu_arithmetic: string;
  readonly devices: readonly DeviceReport[];
  /** Why there is no CUDA device, in the engine's words; undefined when there is one. */
  readonly no_cuda: string | undefined;
  /** What to do where driver or cards are the reason; absent where the CUDA plugin is missing or does not fit. */
  readonly no_cuda_hint?: string;
  /** With several cards: the library that connects them, and its version, or that there is none. */
  readonly nccl?: {readonly found: boolean; readonly text: string};
}

export interface DeviceReport {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly backend: 'cpu' | 'cuda';
  readonly name: string;
  readonly memory_bytes: number;
  readonly free_bytes: number;
  /** Of a card: the library that matrix products run on, or what serves without one. */
  readonly products?: string;
  /** The library was not found: products run on the plugin's own kernels, somewhat slower. */
  readonly own_products?: boolean;
  /** Of a card, ten times it: 89 is 8.9. */
  readonly compute_capability?: number;
}
