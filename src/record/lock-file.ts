import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';

/** `NAME.lock.yaml`: what reproduces a run. No paths outside the project, no times, no machine: small diffs only. */
export interface LockFile {
  readonly sidestep_lock: 1;
  /** In the order of the pipeline. */
  readonly stages: Readonly<Record<string, StageRecord>>;
}

/** One finished stage instance: what it was made of and what came out. */
export interface StageRecord {
  readonly uses: string;
  readonly version: number;
  /** Of the members below except `outputs`: the same on every machine. */
  readonly fingerprint: Fingerprint;
  /** Parameters that count, by dotted path: one line each in a diff. */
  readonly params: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, ContentHash>>;
  readonly files: Readonly<Record<string, ContentHash>>;
  readonly numerics: JsonObject | null;
  /** Identity of each output: its content, less what differs between machines (paths of the songs). */
  readonly outputs: Readonly<Record<string, ContentHash>>;
}

/** `blues.yaml` → `blues.lock.yaml`, beside it. */
export function lockFilePath(pipelineFile: string): string {
  return `${pipelineFile.replace(/\.ya?ml$/i, '')}.lock.yaml`;
}

export const emptyLock: LockFile = {sidestep_lock: 1, stages: {}};
