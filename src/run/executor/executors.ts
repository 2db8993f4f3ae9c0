import type {Fingerprint} from '../../base/hash.js';
import type {StageId} from '../../base/stage-id.js';
import {unreachable} from '../../base/unreachable.js';
import type {Cache} from '../../cache/cache.js';
import type {Executor} from '../../config/pipeline.js';
import type {RunEvent} from '../../event/event.js';
import type {StageMemory} from '../../event/memory-forecast.js';
import {commandWorkers} from '../command-worker.js';
import type {WorkerLauncher} from '../worker-launcher.js';

/** Where stages run that name an executor. */
export interface Executors {
  /** A place for one attempt at a stage; asks whether an earlier run has left something there to follow. */
  readonly siteFor: (request: SiteRequest) => Promise<Site>;
}

export interface SiteRequest {
  readonly executor: Executor;
  readonly stage: StageId;
  readonly fingerprint: Fingerprint;
  readonly cache: Cache;
  /** Of one rank. */
  readonly memory: StageMemory | undefined;
  readonly ranks: number;
  readonly emit: (event: RunEvent) => void;
  /** Aborts when the run is asked to stop. */
  readonly signal: AbortSignal;
}

export interface Site {
  readonly launcher: WorkerLauncher;
  /** Of the attempt, where it must outlive the runner; gone after the attempt. Undefined: anywhere. */
  readonly folder: string | undefined;
  /** `earlier_run`: what that began is alive, or has ended well; nothing is begun again, and its state is its own. */
  readonly follows: 'nothing' | 'earlier_run';
}

export interface ExecutorSurroundings {
  /** Command line of a worker that speaks over its pipes. */
  readonly worker: readonly string[];
  /** Command line of one that speaks through files in the folder it runs in. */
  readonly job: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** All there are; what a kind needs is loaded with its first stage. */
export function executorsOf(surroundings: ExecutorSurroundings): Executors {
  let slurm: Promise<Executors> | undefined;
  return {
    siteFor: async (request) => {
      const {how} = request.executor;
      switch (how.type) {
        case 'command':
          return {
            launcher: commandsOf(request.executor, how.command, surroundings),
            folder: undefined,
            follows: 'nothing',
          };
        case 'slurm': {
          slurm ??= import('../slurm/slurm.js').then(({slurmExecutors}) => slurmExecutors(surroundings));
          return (await slurm).siteFor(request);
        }
        default:
          return unreachable(how);
      }
    },
  };
}

function commandsOf(
  {start_timeout_s, silence_s}: Executor,
  command: readonly string[],
  {worker, env}: ExecutorSurroundings,
): WorkerLauncher {
  return commandWorkers({command, worker, env, start_timeout_s, silence_s});
}
