import {basename} from 'node:path';
import {removeLeftover} from '../../base/leftover.js';
import {pause} from '../../base/timer.js';
import {jobFolders, newJobFolder, sweepJobs} from '../../cache/job-folder.js';
import type {SlurmHow} from '../../config/pipeline.js';
import type {ExecutorSurroundings, Executors, Site, SiteRequest} from '../executor/executors.js';
import type {Cluster} from './cluster.js';
import {askSlurm} from './commands.js';
import {lastWordIn, readJobNote} from './mailbox.js';
import {type JobKey, newQueue} from './queue.js';
import {slurmWorker} from './slurm-worker.js';
import {fateOf, isOver} from './states.js';
import {jobNamed} from './submit.js';

/** One for all executors of this kind: they are questions to the same controller. */
export function slurmExecutors({job, env}: ExecutorSurroundings): Executors {
  const ask = askSlurm(env);
  const cluster: Cluster = {ask, queue: newQueue(ask), worker: job};
  return {siteFor: (request) => siteIn(cluster, request)};
}

async function siteIn(cluster: Cluster, request: SiteRequest): Promise<Site> {
  const {cache, fingerprint, executor} = request;
  await sweepJobs(cache, Date.now());
  const earlier = await earlierJob(cluster, request);
  const folder = earlier?.folder ?? newJobFolder(cache, fingerprint);
  const how = executor.how as SlurmHow;
  const name = earlier?.job.name ?? nameOf(request, folder);
  const launcher = slurmWorker(cluster, {...request, how, folder, job: earlier?.job.id, name});
  return {launcher, folder, follows: earlier === undefined ? 'nothing' : 'earlier_run'};
}

/** For people and for `squeue --name`, which no stage's name can break; the folder's own number makes it the only one. */
function nameOf({stage}: SiteRequest, folder: string): string {
  return `sidestep-${stage.replaceAll(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 60)}-${basename(folder).split('.').at(-1)}`;
}

/** Both sides look twice in this time: a job that is not to be followed has seen that its folder is gone. */
const FENCE_MS = 2_000;

/** What a killed runner has left of this very stage: a job that lives, or that has done all it was to do. The rest goes. */
async function earlierJob(
  cluster: Cluster,
  request: SiteRequest,
): Promise<{readonly folder: string; readonly job: JobKey} | undefined> {
  for (const folder of jobFolders(request.cache, request.fingerprint)) {
    const note = readJobNote(folder);
    const id = note === undefined ? undefined : (note.job ?? (await jobNamed(note.name, cluster.ask)));
    const job = id === undefined ? undefined : {id, name: note!.name};
    if (job !== undefined && (await isWorthFollowing(folder, job, cluster, request))) return {folder, job};
    await removeLeftover(folder);
    if (note !== undefined) await pause(FENCE_MS, request.signal);
  }
  return undefined;
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
