import type {ContentHash} from '../base/hash.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import type {PartialNote} from '../cache/partial.js';
import type {RunEvent} from '../event/event.js';
import type {StageMemory} from '../event/memory-forecast.js';
import type {PlannedStage} from '../plan/plan.js';
import type {FileObservation} from '../plan/world.js';
import type {LockFile} from '../record/lock-file.js';
import type {Cards} from './cards.js';
import type {Executors} from './executor/executors.js';
import type {LightStages} from './light-stage.js';
import type {StopSwitch} from './stop.js';
import type {WorkerLauncher} from './worker-launcher.js';

/** Everything the executor can do to the world, handed in: tests pass plain functions. */
export interface Effects {
  readonly cache: Cache;
  readonly launcher: WorkerLauncher;
  readonly light: LightStages;
  readonly cards: Cards;
  /** Where stages with an executor run. */
  readonly executors: Executors;
  readonly emit: (event: RunEvent) => void;
  /** One line for a stage's log. */
  readonly log: (stage: StageId, line: string) => void;
  readonly logPath: (stage: StageId) => string;
  /** Content hash of a file of the user's, read again only when it changed. */
  readonly hashFile: (path: string) => Promise<{hash: ContentHash; size: number}>;
  /** The user's files that a stage names, as they are now. */
  readonly filesOf: (stage: PlannedStage) => Promise<ReadonlyMap<string, FileObservation>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly stop: StopSwitch;
  /** The environment sidestep was started with, for programs that stages start. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the native addon; undefined when there is none. */
  readonly addon: string | undefined;
  /** What a stage is expected to take on its device, where that was worked out. */
  readonly memoryOf: (stage: StageId) => StageMemory | undefined;
  /** Whose unfinished work a stage leaves. */
  readonly partial_note: Omit<PartialNote, 'made_from' | 'stage'>;
}

/** What the user chose for this run. */
export interface RunOptions {
  readonly run: string;
  /** Stages at once; each CUDA device takes one of them at a time. */
  readonly jobs: number;
  readonly after_failure: 'stop' | 'keep_going';
  /** Delay before the second attempt, doubled for each further one. */
  readonly retry_delay_ms: number;
  /** How long a worker that was asked to stop may take before it is killed. */
  readonly grace_ms: number;
  /** Stages whose protected places may be written over, by id or by their key in the file. */
  readonly overwrite: readonly string[];
  /** `--frozen`: whatever differs from this lock file fails instead of running. */
  readonly frozen: LockFile | undefined;
  /** The user's bound on the memory of every device. */
  readonly memory_limit_bytes: number | undefined;
}

export const defaultRunOptions: Omit<RunOptions, 'run'> = {
  jobs: 2,
  after_failure: 'stop',
  retry_delay_ms: 1_000,
  grace_ms: 60_000, // training may have to write a checkpoint
  overwrite: [],
  frozen: undefined,
  memory_limit_bytes: undefined,
};
