import type {ContentHash, Fingerprint} from '../base/hash.js';
import {own} from '../base/json.js';
import {readState, writeState} from '../base/state-file.js';
import type {LockFile, StageRecord} from './lock-file.js';

/** What the last run on this machine was made of, so that `why` can say what changed; below `.sidestep/last/`. */
export interface LastRun {
  readonly format: 1;
  readonly stages: Readonly<Record<string, RememberedStage>>;
}

export interface RememberedStage extends Omit<StageRecord, 'fingerprint' | 'outputs'> {
  /** The cache's fingerprint, which also counts `places`. */
  readonly fingerprint: Fingerprint;
  /** Where files were and when they changed; see FingerprintParts. */
  readonly places: Readonly<Record<string, ContentHash>>;
  readonly listings: Readonly<Record<string, Listing>>;
  readonly duration_ms: number;
}

/** What a folder held: relative path to a mark that changes when the file does. A file is a folder of one, named ''. */
export type Listing = Readonly<Record<string, string>>;

/** What is known of a stage's last run: all of it from this machine's memory, less from a lock file. */
export type PreviousStage = Omit<StageRecord, 'fingerprint' | 'outputs'> & Partial<RememberedStage>;

const nothing: LastRun = {format: 1, stages: {}};

/** A missing or damaged memory is an empty one: it only explains, it decides nothing. */
export function readLastRun(path: string): LastRun {
  const memory = readState(path) as LastRun | undefined; // sealed: it is what writeMemory wrote, or nothing
  return memory?.format === 1 ? memory : nothing;
}

export async function writeMemory(path: string, memory: LastRun): Promise<void> {
  await writeState(path, memory);
}

/** The memory of this machine where it has one, else what the lock file (of a colleague, of a clone) says. */
export function previousRuns(memory: LastRun, lock: LockFile): (stage: string) => PreviousStage | undefined {
  return (stage) => {
    const remembered = own(memory.stages, stage);
    if (remembered !== undefined) return remembered;
    const locked = own(lock.stages, stage);
    if (locked === undefined) return undefined;
    const {fingerprint: _portable, outputs: _outputs, ...record} = locked;
    return record;
  };
}
