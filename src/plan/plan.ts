import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {StageReference} from '../stage/param.js';
import type {StageType} from '../stage/stage-type.js';
import type {Start} from '../stage/start.js';

export type {Start};

/** The DAG of stage instances with a verdict on each: what would happen, as data. */
export interface Plan {
  readonly pipeline: string;
  /** In an order in which they can run; ties keep the order of the file. */
  readonly stages: readonly PlannedStage[];
  /** Problems of the world, not of the file: a missing folder, an engine that is not built. Each blocks a stage. */
  readonly problems: readonly Problem[];
}

export interface PlannedStage {
  readonly id: StageId;
  readonly type: StageType;
  readonly configured: ConfiguredStage;
  /** Stages whose data it reads, and those it only waits for. */
  readonly reads: readonly StageId[];
  readonly waits_for: readonly StageId[];
  /** Undefined while it cannot be known: something upstream has yet to run, or an input is missing. */
  readonly fingerprint: Fingerprint | undefined;
  /** What the fingerprint is made of; kept in the cache entry and lock file so that a change can be explained. */
  readonly parts: FingerprintParts | undefined;
  /** What the references among its parameters lead to, by parameter path. */
  readonly references: Readonly<Record<string, StageReference>>;
  /** Of a stale stage: shared by instances that differ only in extendable parameters, which may continue one another. */
  readonly resume_group: Fingerprint | undefined;
  readonly verdict: Verdict;
  /** What the cache holds of it, when the verdict is `cached`; what it will leave, when that was foreseen. */
  readonly outputs: Readonly<Record<string, PlannedOutput>> | undefined;
  /** How long it took when it last ran, from the lock file's or cache's memory; undefined when never. */
  readonly last_duration_ms: number | undefined;
  /** What the one who made it warned of, when the verdict is `cached`. */
  readonly warnings?: readonly Problem[];
}

/** One output that exists. `identity` is what consumers depend on: the declared part of a JSON output, else `hash`. */
export interface PlannedOutput {
  readonly kind: 'json' | 'file' | 'tree';
  readonly hash: ContentHash;
  readonly identity: ContentHash;
  readonly size: number;
}

/** All that decides an output. Each member is there because a change of it changes bytes. */
export interface FingerprintParts {
  readonly uses: string;
  readonly version: number;
  /** Parameters that can change the output; references and file parameters are left to `inputs` and `files`. */
  readonly params: JsonObject;
  /** Content (or declared identity) of what each reference leads to, by parameter path. */
  readonly inputs: Readonly<Record<string, ContentHash>>;
  /** Content of what each file parameter names, by parameter path. */
  readonly files: Readonly<Record<string, ContentHash>>;
  /**
   * Where files are and when they changed, for the light stages whose output names paths. True on this machine only:
   * it finds cache entries but never reaches the lock file or a consumer.
   */
  readonly places: Readonly<Record<string, ContentHash>>;
  readonly numerics: JsonObject | null;
}

/** What its type has to say of a stage in words. */
export function noteOf({type, configured, verdict}: PlannedStage): string | undefined {
  return type.note?.(configured.params, verdict.kind === 'cached' ? 'cached' : 'to_do');
}

export type Verdict =
  /** The cache holds the outputs; those that are `removed` were temporary, and nothing needs their bytes. */
  | {readonly kind: 'cached'; readonly saved_ms: number; readonly removed?: readonly string[]}
  /** It must run, for all these reasons. `samples` for per-sample stages whose inputs are known. */
  | {
      readonly kind: 'stale';
      readonly reasons: readonly StaleReason[];
      readonly samples: SampleForecast | undefined;
      readonly start: Start;
    }
  /** It cannot run. */
  | {readonly kind: 'blocked'; readonly problem: Problem}
  /** `when:` said no, or only skipped stages feed it. */
  | {readonly kind: 'skipped'; readonly condition: string};

/** Of a per-sample stage that is stale: what is there and what must be made. */
export interface SampleForecast {
  readonly total: number;
  /** Samples with at least one missing part, and the names of the missing parts. */
  readonly missing: readonly {readonly sample: string; readonly parts: readonly string[]}[];
  /** Milliseconds that the missing parts took for other samples, on average; undefined where no other was made. */
  readonly expected_ms: number | undefined;
}

/** Why a stage instance must run. Old values come from the last run here, else the lock file. */
export type StaleReason =
  | {readonly kind: 'never_run'}
  /** It was begun, as it is or at another length: work of it is saved. */
  | {readonly kind: 'never_finished'}
  /** Of another version of it an interrupted run saved work; `at` in words. */
  | {readonly kind: 'other_interrupted'; readonly at: string}
  /** `old` or `new` is undefined when the key came or went. */
  | {
      readonly kind: 'param_changed';
      readonly param: string;
      readonly old: Json | undefined;
      readonly new: Json | undefined;
      readonly position: SourcePosition;
    }
  | {
      readonly kind: 'input_changed';
      readonly param: string;
      readonly from: StageId | undefined;
      readonly old: ContentHash | undefined;
      readonly new: ContentHash | undefined;
    }
  | {
      readonly kind: 'file_changed';
      readonly param: string;
      readonly path: string;
      readonly old: ContentHash | undefined;
      readonly new: ContentHash | undefined;
      /** Of a folder: which files, as far as the last run is remembered; empty when it is not. */
      readonly changes: readonly FileChange[];
      readonly position: SourcePosition;
    }
  | {readonly kind: 'version_changed'; readonly old: number; readonly new: number}
  | {
      readonly kind: 'type_changed';
      readonly old: string;
      readonly new: string;
      readonly position: SourcePosition;
    }
  | {readonly kind: 'numerics_changed'; readonly old: Json; readonly new: Json}
  /** Known inputs, same fingerprint as before, but the cache no longer holds (all of) it. */
  | {readonly kind: 'outputs_missing'; readonly objects: readonly ContentHash[]}
  /** These were temporary and are gone; `readers` have to run and read them, or, where there are none, it is asked for itself. */
  | {
      readonly kind: 'outputs_removed';
      readonly outputs: readonly string[];
      readonly readers: readonly StageId[];
    }
  /** Something it reads is stale itself; whether this must run is known once that has run. */
  | {readonly kind: 'upstream_stale'; readonly stage: StageId}
  | {readonly kind: 'cache_ignored'}
  | {readonly kind: 'forced'};

export interface FileChange {
  /** Relative to the folder. */
  readonly path: string;
  readonly what: 'added' | 'removed' | 'changed';
}
