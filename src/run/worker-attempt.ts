import type {Problem} from '../base/problem.js';
import {callAfter} from '../base/timer.js';
import {unreachable} from '../base/unreachable.js';
import {PROTOCOL_VERSION, type Secrets, type WorkerJob, type WorkerMessage} from '../protocol/message.js';
import type {Effects, RunOptions} from './effects.js';
import {noteChild} from './orphans.js';
import type {WorkOutcome} from './outcome.js';
import {problemOf, tookTooLong} from './problem-of.js';
import type {RunningWorker, WorkerEnd} from './worker-launcher.js';

type PartReady = Extract<WorkerMessage, {kind: 'part_ready'}>;
type SampleFailed = Extract<WorkerMessage, {kind: 'sample_failed'}>;

/** What a per-sample stage does while its worker runs. */
export interface PartHandlers {
  /** Commits the part; a rejection (a full disk) ends the worker. */
  readonly partReady: (message: PartReady) => Promise<Parameters<RunningWorker['send']>[0]>;
  readonly sampleFailed: (message: SampleFailed) => void;
}

/** Runs one job in a worker to its end, however it ends. Never rejects. */
export async function runWorker(
  job: WorkerJob,
  effects: Effects,
  options: Pick<RunOptions, 'grace_ms'> & {
    readonly timeout_s: number | undefined;
    readonly parts: PartHandlers | undefined;
    readonly secrets: Secrets;
  },
): Promise<WorkOutcome> {
  let outcome: WorkOutcome | undefined;
  let busy = Promise.resolve();
  let forget = () => {};
  const listener = (message: WorkerMessage): void => {
    if (message.kind === 'event') {
      if (message.event.kind === 'log') effects.log(job.stage, message.event.line);
      effects.emit(message.event);
    } else if (message.kind === 'part_ready') {
      busy = busy.then(() => commitPart(message)); // one after the other: the disk is the limit anyway
    } else if (message.kind === 'sample_failed') {
      options.parts?.sampleFailed(message);
    } else {
      if (message.kind === 'failed' && message.stack !== undefined) effects.log(job.stage, message.stack);
      outcome = outcomeAfter(message, outcome);
    }
  };
  const worker = effects.launcher.start(
    {kind: 'run', protocol: PROTOCOL_VERSION, job, secrets: options.secrets},
    {
      started: (pid) => {
        forget = noteChild(effects.cache, pid);
      },
      message: listener,
      output: (line) => effects.log(job.stage, line),
    },
  );
  const commitPart = async (message: PartReady): Promise<void> => {
    try {
      worker.send(await options.parts!.partReady(message));
    } catch (error) {
      outcome = {kind: 'failed', problem: problemOf(error).problem};
      worker.kill();
    }
  };
  const limits = watchOver(worker, effects, options);
  const end = await worker.ended;
  forget();
  await busy;
  limits.dispose();
  return limits.timedOut() ?? outcomeOf(outcome, end, effects);
}

/** What a last message says of how the work ended. A worker that was done or has failed before it stopped stays so. */
function outcomeAfter(
  message: Exclude<WorkerMessage, {kind: 'event' | 'part_ready' | 'sample_failed'}>,
  before: WorkOutcome | undefined,
): WorkOutcome | undefined {
  switch (message.kind) {
    case 'done':
      return {kind: 'done'};
    case 'stopped':
      return before ?? {kind: 'interrupted', resumable: message.resumable, ended: 'itself'};
    case 'failed':
    case 'lost':
      return {kind: message.kind, problem: message.problem};
    case 'probed':
    case 'forecasts':
    case 'paced':
    case 'rated':
      return before; // the answer to another question
    default:
      return unreachable(message);
  }
}

/** Passes requests to stop on, and kills what does not stop in time. */
function watchOver(
  worker: RunningWorker,
  {stop}: Effects,
  limits: {readonly grace_ms: number; readonly timeout_s: number | undefined},
) {
  const timers: (() => void)[] = [];
  let timedOut: WorkOutcome | undefined;
  const askToStop = () => {
    worker.send({kind: 'stop'});
    timers.push(callAfter(limits.grace_ms, worker.kill));
  };
  const onTimeout = (timeout_s: number) => {
    timedOut = {kind: 'failed', problem: tookTooLong(timeout_s, 'saves')};
    askToStop();
  };
  const {timeout_s} = limits;
  if (timeout_s !== undefined) timers.push(callAfter(timeout_s * 1000, () => onTimeout(timeout_s)));
  stop.graceful.addEventListener('abort', askToStop);
  stop.force.addEventListener('abort', worker.kill);
  if (stop.graceful.aborted) askToStop();
  if (stop.force.aborted) worker.kill();
  return {
    timedOut: () => timedOut,
    dispose: () => {
      for (const takeBack of timers) takeBack();
      stop.graceful.removeEventListener('abort', askToStop);
      stop.force.removeEventListener('abort', worker.kill);
    },
  };
}

/** What it said counts; without a message, how its process ended. */
function outcomeOf(said: WorkOutcome | undefined, end: WorkerEnd, {stop}: Effects): WorkOutcome {
  if (said?.kind === 'interrupted' && !stop.graceful.aborted && end.kind !== 'cancelled')
    return {kind: 'lost', problem: end.kind === 'lost' ? end.problem : stoppedElsewhere};
  if (said !== undefined) return said;
  if (stop.graceful.aborted) return {kind: 'interrupted', resumable: false, ended: 'killed'};
  switch (end.kind) {
    case 'not_started':
    case 'failed':
      return {kind: 'failed', problem: end.problem};
    case 'cancelled':
      return {kind: 'interrupted', resumable: false, ended: 'killed'};
    case 'lost':
      return {kind: 'lost', problem: end.problem};
    case 'exited':
      return {kind: 'crashed', signal: undefined, exit_code: end.exit_code, stderr_tail: end.stderr_tail};
    case 'killed':
      return {kind: 'crashed', signal: end.signal, exit_code: undefined, stderr_tail: end.stderr_tail};
    default:
      return unreachable(end);
  }
}

/** Only workers that a scheduler speaks to stop without our word. */
const stoppedElsewhere: Problem = {
  code: 'run/worker-stopped',
  message: 'The worker was told to stop by what it ran on, and saved its work',
  hint: 'A time limit or more urgent work is the usual reason. It goes on from there.',
};
