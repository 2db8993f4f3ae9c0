import {join} from 'node:path';
import {asWritten, isJsonObject} from '../base/json.js';
import {jsonIfReadable} from '../base/state-file.js';
import {writeFile} from '../base/write-file.js';

/** Where a run ran, as `environment.json` of its record has it. Nothing in it changes a result beyond what fingerprints hold. */
export interface RunEnvironment {
  readonly sidestep: string;
  readonly node: string;
  /** `Linux 6.1.0 x64` */
  readonly os: string;
  readonly memory_bytes: number;
  readonly cpu_threads: number;
  /** What the engine could compute with; empty when no stage needed it. */
  readonly devices: readonly {
    readonly device: string;
    readonly name: string;
    readonly memory_bytes: number;
  }[];
  readonly numerics_version: number | null;
  /** The repository the pipeline file is in; null outside one. */
  readonly git: GitState | null;
}

export interface GitState {
  readonly commit: string;
  /** Whether the pipeline file was as committed. */
  readonly pipeline: 'committed' | 'changed' | 'untracked';
}

const NAME = 'environment.json';

export async function writeEnvironment(recordDir: string, environment: RunEnvironment): Promise<void> {
  await writeFile(join(recordDir, NAME), `${JSON.stringify(environment, undefined, 1)}\n`);
}

/** Undefined for a run in which nothing had to be done, or that was killed in its first moments. */
export async function readEnvironment(recordDir: string): Promise<RunEnvironment | undefined> {
  const environment = jsonIfReadable(join(recordDir, NAME));
  return isJsonObject(environment) ? asWritten<RunEnvironment>(environment) : undefined;
}
