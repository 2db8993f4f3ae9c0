import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {StageResources} from '../config/pipeline.js';
import type {LockFile} from '../record/lock-file.js';
import type {PlannedOutput} from './plan.js';

/** All that planning needs to know of the world, observed beforehand. */
export interface World {
  readonly cache: CacheView;
  /** What file parameters name, by `fileKey`. */
  readonly files: ReadonlyMap<string, FileObservation>;
  readonly numerics: (resources: StageResources) => NumericsObservation;
  /** What was run last; old values in reasons come from here. */
  readonly lock: LockFile;
  /** Stages that must run whatever the cache says (`--force`). */
  readonly forced: ReadonlySet<StageId>;
}

/** Answers depend on the arguments alone: entries are fixed by their fingerprint, JSON by the hash of its bytes. */
export interface CacheView {
  readonly entry: (fingerprint: Fingerprint) => EntryView;
  /** The parsed bytes of a JSON object that is present. */
  readonly json: (hash: ContentHash) => Json;
  readonly hasPartial: (resumeKey: Fingerprint) => 'yes' | 'no';
}

export type EntryView =
  | {
      readonly kind: 'present';
      readonly outputs: Readonly<Record<string, PlannedOutput>>;
      readonly about: JsonObject;
      readonly duration_ms: number;
    }
  | {readonly kind: 'absent'}
  | {readonly kind: 'incomplete'; readonly lost: readonly ContentHash[]};

export type FileObservation =
  | {readonly kind: 'found'; readonly identity: ContentHash}
  | {readonly kind: 'problem'; readonly problem: Problem};

export function fileKey(stage: StageId, param: string): string {
  return `${stage}\n${param}`;
}

/** What besides inputs and parameters decides the engine's bytes, or why that cannot be known here. */
export type NumericsObservation =
  | {readonly kind: 'known'; readonly identity: NumericIdentity; readonly device: string}
  | {readonly kind: 'problem'; readonly problem: Problem};

export interface NumericIdentity {
  readonly backend: string;
  readonly precision: string;
  /** The engine's own count of changes that alter results. */
  readonly numerics_version: number;
}
