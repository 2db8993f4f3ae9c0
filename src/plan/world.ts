import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {StageResources} from '../config/pipeline.js';
import type {Listing, PreviousStage} from '../record/last-run.js';
import type {SavedWork, TensorShapes} from '../stage/stage-type.js';
import type {PlannedOutput} from './plan.js';

/** All that planning needs to know of the world, observed beforehand. */
export interface World {
  readonly cache: CacheView;
  /** What file parameters name, by `fileKey`. */
  readonly files: ReadonlyMap<string, FileObservation>;
  readonly numerics: (resources: StageResources) => NumericsObservation;
  /** What was run last, by stage: the old values in reasons. */
  readonly previous: (stage: StageId) => PreviousStage | undefined;
  /** What interrupted runs of a stage of this file saved, whatever it was told then: this pipeline's own first, then the newest. */
  readonly interrupted?: (stage: StageId) => readonly InterruptedWork[];
  /** What stages that only look at files would leave, by fingerprint, when they were run to plan what follows. */
  readonly foreseen?: ReadonlyMap<Fingerprint, Foreseen>;
  /** What stages need apart from inputs, programs for example, and do not find. */
  readonly hindrances?: ReadonlyMap<StageId, Hindrance>;
  /** Stages that must run whatever the cache says (`--force`). */
  readonly forced: ReadonlySet<StageId>;
}

/** A stage that runs before may still make a missing folder, a command also a program; nothing in a run sets a secret. */
export interface Hindrance {
  readonly lacks: 'secret' | 'folder' | 'program';
  readonly problem: Problem;
}

export interface InterruptedWork extends SavedWork {
  readonly fingerprint: Fingerprint;
  /** Whose run it was: of the pipeline that is planned, of the file as it is, of an experiment. */
  readonly of:
    | {readonly kind: 'this'}
    | {readonly kind: 'file'}
    | {readonly kind: 'experiment'; readonly name: string};
}

export type Foreseen =
  | {readonly kind: 'outputs'; readonly outputs: Readonly<Record<string, PlannedOutput>>}
  | {readonly kind: 'problem'; readonly problem: Problem}
  /** It could not be looked at. */
  | {readonly kind: 'unknown'};

/** Answers depend on the arguments alone: entries are fixed by their fingerprint, JSON by the hash of its bytes. */
export interface CacheView {
  readonly entry: (fingerprint: Fingerprint, needs?: 'bytes') => EntryView;
  /** The parsed bytes of a JSON object that is present. */
  readonly json: (hash: ContentHash) => Json;
  /** Where programs see an output; it enters the fingerprint of stages whose own output names paths. */
  readonly pathOf: (output: PlannedOutput) => string;
  /** What attempts at stages of this group saved on their way, newest first. */
  readonly saved: (group: Fingerprint) => readonly SavedWork[];
}

export type EntryView =
  | (MadeEntry & {readonly kind: 'present'})
  /** All is known of it, but the bytes of these outputs were removed as temporary. */
  | (MadeEntry & {readonly kind: 'removed'; readonly removed: readonly string[]})
  | {readonly kind: 'absent'}
  | {readonly kind: 'incomplete'; readonly lost: readonly ContentHash[]};

export interface MadeEntry {
  readonly outputs: Readonly<Record<string, PlannedOutput>>;
  readonly about: JsonObject;
  /** What its maker warned of. */
  readonly warnings?: readonly Problem[];
  readonly duration_ms: number;
  /** What computed it, as its fingerprint has it: backend, precision, … */
  readonly numerics?: Json;
}

export type FileObservation =
  | {
      readonly kind: 'found';
      /** Of names within a folder and bytes; undefined when the stage type does not go by content. */
      readonly content: ContentHash | undefined;
      /** Of where it is, and for `stat_and_path` of sizes and times. */
      readonly place: ContentHash | undefined;
      readonly listing: Listing;
      /** What `FileParam.json` asks for, where that is there. */
      readonly json?: Json;
      /** What `FileParam.shapes` asks for, where that can be read. */
      readonly shapes?: TensorShapes;
    }
  | {readonly kind: 'problem'; readonly problem: Problem};

export function fileKey(stage: StageId, param: string): string {
  return `${stage}\n${param}`;
}

/** What decides, apart from inputs and parameters, the engine's bytes, or why that cannot be known here. */
export type NumericsObservation =
  | {
      readonly kind: 'known';
      readonly identity: NumericIdentity;
      /** `cpu` or `cuda:N`: the first of `devices`. */
      readonly device: string;
      /** All that the request may come to, alike in what they compute; a run takes one that is free. Absent: `device` alone. */
      readonly devices?: readonly string[];
      /** Of that card, ten times it: 89 is 8.9. */
      readonly compute_capability?: number;
      /** That card lacks the library for matrix products: the engine's own serve, more slowly. */
      readonly own_products?: boolean;
    }
  | {readonly kind: 'problem'; readonly problem: Problem};

export interface NumericIdentity {
  readonly backend: string;
  readonly precision: string;
  /** The engine's own count of changes that alter results. */
  readonly numerics_version: number;
  /** Given where the CPU computes other bits than CPUs do: without fused multiply-add, or with a BLAS. */
  readonly cpu_arithmetic?: string;
}
