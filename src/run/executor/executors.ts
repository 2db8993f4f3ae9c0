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
  /** Places for the processes that share the samples of one attempt at a stage; asks the same. */
  readonly shardSitesFor: (request: SiteRequest) => Promise<ShardSites>;
}

export interface SiteRequest {
  readonly executor: Executor;
  readonly stage: StageId;
  readonly fingerprint: Fingerprint;
  readonly cache: Cache;
  /** Of one rank. */
  readonly memory: StageMemory | undefined;
  readonly ranks: number;
  /** Processes that share its samples. */
  readonly shards: number;
  /** Which of those that share the stage's samples, from 0; absent: it is alone. */
  readonly shard?: number;
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

export interface ShardSites {
  /** What an earlier run has left that lives, or has ended well, with the parts that each has in hand. */
  readonly earlier: readonly {readonly site: Site; readonly parts: ReadonlySet<Fingerprint>}[];
  /** New ones, to be begun together: a scheduler may take them as one. Shards are numbered from 0. */
  readonly open: (shards: readonly number[]) => readonly Site[];
}

export interface ExecutorContext {
  /** Command line of a worker that speaks over its pipes. */
  readonly worker: readonly string[];
  /** Command line of one that speaks through files in the folder it runs in. */
  readonly job: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** All there are; what a kind needs is loaded with its first stage. */
export function executorsOf(runContext: ExecutorContext): Executors {
  let slurm: Promise<Executors> | undefined;
  const executorsFor = ({executor}: SiteRequest): Executors | Promise<Executors> => {
    const {how} = executor;
    switch (how.type) {
      case 'command':
        return commandExecutors(how.command, runContext);
      case 'slurm':
        slurm ??= import('../slurm/slurm.js').then(({slurmExecutors}) => slurmExecutors(runContext));
        return slurm;
      default:
        return unreachable(how);
    }
  };
  return {
    siteFor: async (request) => (await executorsFor(request)).siteFor(request),
    shardSitesFor: async (request) => (await executorsFor(request)).shardSitesFor(request),
  };
}

function commandExecutors(command: readonly string[], runContext: ExecutorContext): Executors {
  const siteFor = ({executor}: SiteRequest): Site => ({
    launcher: commandsOf(executor, command, runContext),
    folder: undefined,
    follows: 'nothing',
  });
  return {
    siteFor: async (request) => siteFor(request),
    shardSitesFor: async (request) => ({
      earlier: [],
      open: (shards) => shards.map(() => siteFor(request)),
    }),
  };
}

function commandsOf(
  {start_timeout_s, silence_s}: Executor,
  command: readonly string[],
  {worker, env}: ExecutorContext,
): WorkerLauncher {
  return commandWorkers({command, worker, env, start_timeout_s, silence_s});
}
