import {basename} from 'node:path';
import type {Fingerprint} from '../../base/hash.js';
import {removeLeftover} from '../../base/leftover.js';
import {pause} from '../../base/timer.js';
import {jobFolders, newJobFolder, sweepJobs, taskFolder} from '../../cache/job-folder.js';
import type {SlurmHow} from '../../config/pipeline.js';
import type {ExecutorContext, Executors, ShardSites, Site, SiteRequest} from '../executor/executors.js';
import {arrayOf} from './array.js';
import type {Cluster} from './cluster.js';
import {askSlurm} from './commands.js';
import {lastWordIn, partsIn, readJobNote} from './mailbox.js';
import {type JobKey, newQueue} from './queue.js';
import {type JobOfStage, slurmWorker, submitArray} from './slurm-worker.js';
import {fateOf, isOver} from './states.js';
import {jobNamed} from './submit.js';

/** One for all executors of this kind: they are questions to the same controller. */
export function slurmExecutors({job, env}: ExecutorContext): Executors {
  const ask = askSlurm(env);
  const cluster: Cluster = {ask, queue: newQueue(ask), worker: job};
  return {
    siteFor: (request) => siteIn(cluster, request),
    shardSitesFor: (request) => shardSitesIn(cluster, request),
  };
}

async function siteIn(cluster: Cluster, request: SiteRequest): Promise<Site> {
  await sweepJobs(request.cache, Date.now());
  const [earlier] = await earlierJobs(cluster, request, 'first');
  return earlier === undefined ? newSite(cluster, request) : earlierSite(cluster, request, earlier);
}

async function shardSitesIn(cluster: Cluster, request: SiteRequest): Promise<ShardSites> {
  await sweepJobs(request.cache, Date.now());
  const earlier = await earlierJobs(cluster, request, 'all');
  return {
    earlier: earlier.map((each, shard) => ({
      site: earlierSite(cluster, numbered(request, shard), each),
      parts: new Set<Fingerprint>(partsIn(each.folder)),
    })),
    open: (shards) => {
      const [only, ...more] = shards;
      if (only !== undefined && more.length === 0) return [newSite(cluster, numbered(request, only))];
      return arraySites(cluster, request, shards);
    },
  };
}

function newSite(cluster: Cluster, request: SiteRequest): Site {
  const folder = newJobFolder(request.cache, request.fingerprint);
  const name = nameOf(request, folder);
  return siteOf(
    cluster,
    {...request, how: howOf(request), folder, name, job: undefined, task: undefined},
    'nothing',
  );
}

/** One array of jobs: a folder for each of its tasks, whose names differ in the task's number alone. */
function arraySites(cluster: Cluster, request: SiteRequest, shards: readonly number[]): Site[] {
  const base = newJobFolder(request.cache, request.fingerprint);
  const name = nameOf(request, base);
  const how = howOf(request);
  const array = arrayOf(shards.length, (tasks, signal) =>
    submitArray(cluster, {...request, how, name, base}, {tasks, signal}),
  );
  return shards.map((shard, number) => {
    const folder = taskFolder(base, number);
    const job = {...numbered(request, shard), how, folder, name, job: undefined};
    return siteOf(cluster, {...job, task: {number, array}}, 'nothing');
  });
}

function earlierSite(cluster: Cluster, request: SiteRequest, {folder, job}: EarlierJob): Site {
  const {id, name} = job;
  return siteOf(
    cluster,
    {...request, how: howOf(request), folder, name, job: id, task: undefined},
    'earlier_run',
  );
}

/** The only one has no number. */
function numbered(request: SiteRequest, shard: number): SiteRequest {
  return request.shards === 1 ? request : {...request, shard};
}

function siteOf(cluster: Cluster, job: JobOfStage, follows: Site['follows']): Site {
  return {launcher: slurmWorker(cluster, job), folder: job.folder, follows};
}

function howOf({executor}: SiteRequest): SlurmHow {
  return executor.how as SlurmHow;
}

/** For people and for `squeue --name`, which no stage's name can break; the folder's own number makes it the only one. */
function nameOf({stage}: SiteRequest, folder: string): string {
  return `sidestep-${stage.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 60)}-${basename(folder).split('.').at(-1)}`;
}

/** Both sides look twice in this time: a job that is not to be followed has seen that its folder is gone. */
const FENCE_MS = 2_000;

interface EarlierJob {
  readonly folder: string;
  readonly job: JobKey;
}

/** What a killed runner has left of this very stage: jobs that live, or that have done all they were to do. The rest goes. */
async function earlierJobs(
  cluster: Cluster,
  request: SiteRequest,
  which: 'first' | 'all',
): Promise<readonly EarlierJob[]> {
  const found: EarlierJob[] = [];
  let removed = false;
  for (const folder of jobFolders(request.cache, request.fingerprint)) {
    if (which === 'first' && found.length > 0) break;
    const note = readJobNote(folder);
    const id = note === undefined ? undefined : (note.job ?? (await jobNamed(note, cluster.ask)));
    const job = id === undefined ? undefined : {id, name: note!.name};
    if (job !== undefined && (await isWorthFollowing(folder, job, cluster, request))) {
      found.push({folder, job});
      continue;
    }
    await removeLeftover(folder);
    removed ||= note !== undefined;
  }
  if (removed) await pause(FENCE_MS, request.signal);
  return found;
}

async function isWorthFollowing(
  folder: string,
  job: JobKey,
  {queue}: Cluster,
  {signal, executor, emit, stage}: SiteRequest,
): Promise<boolean> {
  for (let round = 0; !signal.aborted; round += 1) {
    if (lastWordIn(folder) === 'done') return true;
    const news = await queue.ask(job);
    if (news === 'unknown') return lastWordIn(folder) === 'done';
    if (news !== 'no_answer') return !isOver(fateOf(news.state)) || lastWordIn(folder) === 'done';
    const reason = 'Slurm does not answer';
    if (round === 0)
      emit({
        kind: 'stage_waiting',
        stage,
        for: {kind: 'queue', executor: executor.name, job: job.id, reason},
      });
    await pause((executor.how as SlurmHow).poll_s * 1000, signal); // rather late than twice
  }
  return true;
}
