import {writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Problem} from '../../base/problem.js';
import {pause} from '../../base/timer.js';
import {taskFolder} from '../../cache/job-folder.js';
import type {SlurmHow} from '../../config/pipeline.js';
import {JOB_FILES, LOOK_EVERY_MS} from '../../protocol/job-files.js';
import type {RunnerMessage, WorkerMessage} from '../../protocol/message.js';
import {type Life, watchLife} from '../channel/life.js';
import {lastWords} from '../child-output.js';
import type {SiteRequest} from '../executor/executors.js';
import {problemOf} from '../problem-of.js';
import type {RunningWorker, WorkerEnd, WorkerLauncher, WorkerListener} from '../worker-launcher.js';
import type {ArrayOfJobs} from './array.js';
import type {Cluster} from './cluster.js';
import {endOfJob} from './job-end.js';
import {fillJobFolder, isLastWord, type Mailbox, openMailbox, writeJobNote} from './mailbox.js';
import type {JobAnswer, JobNews} from './queue.js';
import {jobRequest, jobScript} from './request.js';
import {fateOf, isOver, isStranded} from './states.js';
import {jobOfTask, type Submission, submit} from './submit.js';

export interface JobOfStage extends SiteRequest {
  readonly how: SlurmHow;
  readonly folder: string;
  /** Of an earlier run, to be followed. */
  readonly job: string | undefined;
  readonly name: string;
  /** Its place in an array; undefined: a job of its own. */
  readonly task: {readonly number: number; readonly array: ArrayOfJobs} | undefined;
}

/** One worker that is a job of its own, or one task of an array of them. */
export function slurmWorker(cluster: Cluster, job: JobOfStage): WorkerLauncher {
  return {start: (first, listener) => startJob(cluster, job, {first, listener})};
}

interface Order {
  readonly first: RunnerMessage;
  readonly listener: WorkerListener;
}

/** What the runner wants of a job that it follows. */
interface Wishes {
  stop: boolean;
  readonly kill: AbortController;
  mailbox: Mailbox | undefined;
  /** A message could not be written: then nothing more is to be expected. */
  broken: WorkerEnd | undefined;
}

function startJob(cluster: Cluster, job: JobOfStage, order: Order): RunningWorker {
  const wishes: Wishes = {stop: false, kill: new AbortController(), mailbox: undefined, broken: undefined};
  const ended = followJob(cluster, job, order, wishes).catch(
    (error: unknown): WorkerEnd => ({kind: 'not_started', problem: problemOf(error).problem}),
  );
  return {
    ended,
    kill: () => wishes.kill.abort(),
    send: (message) => {
      if (message.kind === 'stop') wishes.stop = true;
      wishes.mailbox?.send(message).catch((error: unknown) => {
        wishes.broken = {kind: 'not_started', problem: problemOf(error).problem};
      });
    },
  };
}

async function followJob(
  cluster: Cluster,
  job: JobOfStage,
  order: Order,
  wishes: Wishes,
): Promise<WorkerEnd> {
  const {folder} = job;
  const id = job.job ?? (await handIn(cluster, job, order.first, wishes));
  if (typeof id !== 'string') return id;
  const {stage, emit} = job;
  emit({
    kind: 'stage_placed',
    stage,
    ...placeOf(job, id),
    node: null,
    how: job.job === undefined ? 'submitted' : 'followed',
  });
  const seen = watchJob(job, id, order.listener);
  wishes.mailbox = openMailbox(folder, seen.mail);
  if (wishes.stop) wishes.mailbox.send({kind: 'stop'}).catch(() => {}); // asked meanwhile
  const key = {id, name: job.name};
  const unwatch = cluster.queue.watch(key, job.how.poll_s, seen.onNews);
  const cancel = () => cluster.ask('scancel', [`--name=${job.name}`, id]);
  try {
    for (;;) {
      wishes.mailbox.look();
      const end = seen.ended(wishes) ?? wishes.broken;
      if (end !== undefined) return await concluded(end, {seen, cancel, id, cluster, wishes, job});
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    unwatch();
    seen.life.dispose();
  }
}

/** As events name a job; the shard where several share a stage. */
function placeOf({executor, shard}: JobOfStage, job: string) {
  return {executor: executor.name, job, ...(shard === undefined ? {} : {shard})};
}

/** The job's id, or why there is none. */
async function handIn(
  cluster: Cluster,
  job: JobOfStage,
  first: RunnerMessage,
  wishes: Wishes,
): Promise<string | WorkerEnd> {
  const {folder, name, task} = job;
  const note = task === undefined ? {name} : {name, task: task.number};
  await fillJobFolder(folder, {first, note}).catch((error: unknown) => {
    task?.array.withdraw(); // the others do not wait for it
    throw error;
  });
  const stopped = new AbortController();
  const look = setInterval(() => wishes.stop && stopped.abort(), 100);
  const signal = AbortSignal.any([wishes.kill.signal, stopped.signal]);
  const submitted =
    task === undefined ? submitOne(cluster, job, signal) : task.array.handIn(task.number, signal);
  const submission = await submitted.finally(() => clearInterval(look));
  if (submission.kind === 'refused') return {kind: 'not_started', problem: submission.problem};
  if (submission.kind === 'stopped') return {kind: 'killed', signal: 'SIGTERM', stderr_tail: ''};
  const id = jobOfTask(submission.job, task?.number);
  await writeJobNote(folder, {...note, job: id});
  return id;
}

async function submitOne(cluster: Cluster, job: JobOfStage, signal: AbortSignal): Promise<Submission> {
  const {folder, name, how, executor, memory, ranks} = job;
  const script = join(folder, 'job.sh');
  await writeFile(script, jobScript(cluster.worker, how.setup));
  const own = [`--chdir=${folder}`, `--output=${patternOf(folder)}/${JOB_FILES.output}`, ...ALWAYS];
  const args = [...own, ...jobRequest(executor, how, {memory, ranks}), script];
  return submit({name, args, signal, waits: waiting(job)}, cluster.ask);
}

/** Hands in these tasks, as one array. `base`: what the names of their folders begin with. */
export async function submitArray(
  cluster: Cluster,
  array: SiteRequest & Pick<JobOfStage, 'how' | 'name'> & {readonly base: string},
  {tasks, signal}: {readonly tasks: readonly number[]; readonly signal: AbortSignal},
): Promise<Submission> {
  const {base, name, how, executor, memory, ranks} = array;
  const script = join(taskFolder(base, tasks[0]!), 'job.sh');
  await writeFile(script, jobScript(cluster.worker, how.setup, base));
  const output = `${patternOf(base)}-%a/${JOB_FILES.output}`;
  const own = [`--chdir=${dirname(base)}`, `--output=${output}`, ...ALWAYS];
  const args = [...own, ...jobRequest(executor, how, {memory, ranks, tasks}), script];
  return submit({name, args, signal, waits: waiting(array)}, cluster.ask);
}

const ALWAYS = ['--open-mode=append', '--no-requeue'];

/** Slurm has patterns in names of files. */
function patternOf(path: string): string {
  return path.replaceAll('%', '%%');
}

/** Tells why there is no job yet. */
function waiting({executor, stage, emit}: SiteRequest): (reason: string) => void {
  return (reason) =>
    emit({kind: 'stage_waiting', stage, for: {kind: 'queue', executor: executor.name, job: null, reason}});
}

/** What is known of a job by its own words and by Slurm's. */
interface SeenJob {
  readonly life: Life;
  readonly mail: Parameters<typeof openMailbox>[1];
  readonly onNews: (news: JobAnswer) => void;
  /** Whether and how it is over, so far. */
  readonly ended: (wishes: Wishes) => JobConclusion | undefined;
  readonly last: () => WorkerMessage | undefined;
  readonly news: () => JobAnswer | undefined;
  /** Whether at some time Slurm could not be asked. */
  readonly unreachable: () => boolean;
  readonly tail: () => string;
}

/** Why a job is followed no longer. */
export type JobConclusion = 'said_its_last_word' | 'over' | 'dead' | 'cancel' | 'stranded';

function watchJob(followed: JobOfStage, job: string, listener: WorkerListener): SeenJob {
  const {executor, stage, emit} = followed;
  const said = lastWords();
  let last: WorkerMessage | undefined;
  let news: JobAnswer | undefined;
  let dead = false;
  let unknown = 0;
  let unreachable = false;
  const {start_timeout_s, silence_s} = executor;
  const patience = {start_ms: start_timeout_s * 1000, silence_ms: silence_s * 1000};
  const life = watchLife(patience, () => {
    dead = true;
  });
  life.queue('waiting');
  const place = placeOf(followed, job);
  /** By its own word, and what Slurm has said of it. */
  const node: {own?: string; is_known: boolean} = {is_known: false};
  const onNode = (name: string | null) => {
    node.is_known = true;
    emit({kind: 'stage_placed', stage, ...place, node: name, how: 'running'});
  };
  return {
    life,
    last: () => last,
    news: () => news,
    unreachable: () => unreachable,
    tail: () => said.words().join('\n'),
    mail: {
      message: (message) => {
        if (message.kind === 'hello') {
          last = undefined; // Slurm has started it once more
          node.own = message.host;
        }
        const own = life.take(message);
        if (own === undefined) return;
        if (isLastWord(own)) {
          last = own;
          if (!node.is_known && node.own !== undefined) onNode(node.own); // it took less time than a poll
        }
        listener.message(own);
      },
      output: (line) => {
        said.take(line);
        listener.output(line);
      },
    },
    onNews: (answer) => {
      if (answer === 'no_answer') {
        unreachable = true; // its own words count until the controller is back
        return;
      }
      unknown = answer === 'unknown' ? unknown + 1 : 0;
      const before = news;
      if (answer === 'unknown' && unknown < 2) return; // a controller that has just started may still be reading its books
      news = answer;
      if (typeof answer !== 'object') return;
      const now = fateOf(answer.state);
      life.queue(now === 'waiting' ? 'waiting' : 'left');
      if (isSame(before, answer)) return;
      if (now === 'waiting')
        emit({kind: 'stage_waiting', stage, for: {kind: 'queue', ...place, reason: answer.reason}});
      if (now === 'running') onNode(answer.node);
    },
    ended: (wishes) => conclusionOf({last, news, dead}, wishes),
  };
}

/** Its own words count before Slurm's, and what people wish before either. */
function conclusionOf(
  {
    last,
    news,
    dead,
  }: {
    readonly last: WorkerMessage | undefined;
    readonly news: JobAnswer | undefined;
    readonly dead: boolean;
  },
  {stop, kill}: Wishes,
): JobConclusion | undefined {
  if (kill.signal.aborted) return 'cancel';
  if (last !== undefined) return 'said_its_last_word';
  if (dead) return 'dead';
  const known = typeof news === 'object' ? fateOf(news.state) : undefined;
  if (typeof news === 'object' && known !== undefined && isStranded(known, news.reason)) return 'stranded';
  if (news === 'unknown' || (known !== undefined && isOver(known))) return 'over';
  return stop && known === 'waiting' ? 'cancel' : undefined;
}

function isSame(before: JobAnswer | undefined, {state, node, reason}: JobNews): boolean {
  return (
    typeof before === 'object' && before.state === state && before.node === node && before.reason === reason
  );
}

/** A job that was cancelled is gone within Slurm's KillWait (30 s by default), or its node is. */
const GONE_WITHIN_MS = 45_000;
/** Whose worker has said its last word leaves at once. Slurm, where the process that watched over the job was killed, believes for many minutes that it runs. */
const LEAVES_WITHIN_MS = 8_000;
/** What a node wrote last may reach this machine late. */
const LAST_WORDS_WITHIN_MS = 5_000;

interface Concluding {
  readonly seen: SeenJob;
  readonly cancel: () => Promise<unknown>;
  readonly id: string;
  readonly cluster: Cluster;
  readonly wishes: Wishes;
  readonly job: JobOfStage;
}

async function concluded(why: JobConclusion | WorkerEnd, at: Concluding): Promise<WorkerEnd> {
  const {seen, cancel, id, cluster, wishes} = at;
  if (typeof why === 'object') {
    await cancel();
    return why;
  }
  if (why === 'dead' || why === 'cancel') {
    await cancel();
    await untilOver(at, GONE_WITHIN_MS);
    const death = seen.life.death();
    if (why === 'dead' && death !== undefined) return death;
    return {kind: 'killed', signal: 'SIGKILL', stderr_tail: seen.tail()};
  }
  if (why === 'stranded') {
    await cancel();
    await untilOver(at, GONE_WITHIN_MS);
    return {kind: 'lost', problem: requeued(id)};
  }
  if (why === 'over') {
    await untilSaid(at, LAST_WORDS_WITHIN_MS);
  }
  // By whom it was stopped, Slurm says.
  const stopped = why !== 'over' && seen.last()?.kind === 'stopped' && !wishes.stop;
  const departure = stopped ? await untilOver(at, GONE_WITHIN_MS) : 'at_once';
  if (departure === 'requeued') return {kind: 'lost', problem: requeued(id)};
  const said = seen.last();
  if (said !== undefined && (said.kind !== 'stopped' || wishes.stop)) {
    if (why !== 'over') void untilOver(behindTheScenes(at), GONE_WITHIN_MS); // the stage need not wait for it
    return {kind: 'exited', exit_code: 0, stderr_tail: seen.tail()};
  }
  const news = seen.news();
  const {memory, stage, emit} = at.job;
  const facts = {ask: cluster.ask, stderr_tail: seen.tail(), begun: seen.life.begun(), memory};
  const found = await endOfJob(id, typeof news === 'object' ? news.state : 'unknown', facts);
  // A controller that comes back cancels jobs that ended behind its back: that was no one's wish. It may not even have kept
  // anybody waiting; but a job that a person cancels is called so before its processes are told.
  const end =
    found.kind === 'cancelled' && (seen.unreachable() || departure === 'ran_on') ? lostWith(found) : found;
  if (end.kind === 'cancelled') emit({kind: 'warning', stage, problem: end.problem});
  return end;
}

function lostWith({problem}: {readonly problem: Problem}): WorkerEnd {
  return {
    kind: 'lost',
    problem: {...problem, code: 'run/job-lost', message: 'The job ended, and Slurm did not see it'},
  };
}

function requeued(job: string): Problem {
  return {
    code: 'run/job-lost',
    message: `Job ${job} was put back into the queue, and is cancelled`,
    hint: 'That is no failure of the stage: it goes on in a new job from what was saved.',
  };
}

/** No one is told of it any more. */
function behindTheScenes(at: Concluding): Concluding {
  return {...at, seen: {...at.seen, onNews: () => {}}, wishes: {...at.wishes, mailbox: undefined}};
}

/** How a job left whose worker has said its last word, or that was cancelled. */
type Departure =
  | 'at_once'
  /** Asked afterwards, Slurm took it for running. */
  | 'ran_on'
  /** It waits to be started once more: by a site's rules, or by the books of before its start of a controller that was killed. */
  | 'requeued';

/** Cancels what would not leave, or would come again. */
async function untilOver(
  {seen, id, cluster, wishes, cancel, job}: Concluding,
  most_ms: number,
): Promise<Departure> {
  const began = performance.now();
  let how: Departure = 'at_once';
  let cancelled = false;
  for (let wait = LOOK_EVERY_MS; performance.now() - began < most_ms; wait = Math.min(2 * wait, 4_000)) {
    wishes.mailbox?.look();
    const answer = await cluster.queue.ask({id, name: job.name});
    seen.onNews(answer);
    const fate = typeof answer === 'object' ? fateOf(answer.state) : undefined;
    if (answer === 'unknown' || (fate !== undefined && isOver(fate))) return how;
    if (fate === 'waiting') how = 'requeued';
    else if (typeof answer === 'object' && answer.state !== 'COMPLETING') how = 'ran_on';
    const stays = fate === 'waiting' || performance.now() - began > LEAVES_WITHIN_MS;
    if (stays && !cancelled && answer !== 'no_answer' && (answer as JobNews).state !== 'COMPLETING') {
      await cancel();
      cancelled = true;
    }
    await pause(wait);
  }
  return how;
}

async function untilSaid({seen, wishes}: Concluding, most_ms: number): Promise<void> {
  for (const end = performance.now() + most_ms; performance.now() < end; await pause(LOOK_EVERY_MS)) {
    wishes.mailbox?.look();
    if (seen.last() !== undefined) return;
  }
}
