import {hostname} from 'node:os';
import {accidentOf, bugProblem} from '../base/accident.js';
import type {Fingerprint} from '../base/hash.js';
import {SidestepError} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import type {WorkerEvent} from '../event/event.js';
import type {StageMemory} from '../event/memory-forecast.js';
import {
  BEAT_MS,
  type EngineReport,
  type MemoryQuestion,
  otherProtocol,
  type Pace,
  PROTOCOL_VERSION,
  type RatesQuestion,
  type RunnerMessage,
  type Secrets,
  type WorkerJob,
  type WorkerMessage,
} from '../protocol/message.js';
import type {PartObject} from '../stage/sample-parts.js';
import {nodeChannel} from './channel/node-channel.js';
import type {RunnerChannel} from './channel/runner-channel.js';
import {stdioChannel} from './channel/stdio-channel.js';
import {objectPathIn, type WorkerContext, type WorkerEntry} from './context.js';
import {partialStateIn} from './partial-state.js';

/** Every heavy stage type's work by name, loaded only when asked for. */
export type WorkerEntries = Readonly<Record<string, () => Promise<WorkerEntry>>>;

export type Probe = (addon: string) => Promise<EngineReport>;

export type Forecast = (addon: string, questions: readonly MemoryQuestion[]) => Promise<StageMemory[]>;

export type MeasurePace = (addon: string, question: MemoryQuestion) => Promise<Pace>;

export type Rates = (addon: string, questions: readonly RatesQuestion[]) => Promise<number[][]>;

/** What a short-lived worker answers instead of working. */
export interface QuestionAnswers {
  readonly probe: Probe;
  readonly forecast: Forecast;
  readonly pace: MeasurePace;
  readonly rates: Rates;
}

/** Node's own channel where the runner started this process, frames over its pipes where something else did. */
export function openChannel(): RunnerChannel {
  return process.send === undefined ? stdioChannel() : nodeChannel();
}

/**
 * The life of a worker process: one message tells it what to do, its answers are messages, and it ends with its channel.
 * A worker whose runner vanished has no one to work for and stops at once. `host`: where it says it is.
 */
export function serve(
  entries: WorkerEntries,
  answers: QuestionAnswers,
  channel: RunnerChannel = openChannel(),
  host: string = hostname(),
): void {
  const stop = new AbortController();
  const waiting = new Map<Fingerprint, (object: PartObject) => void>();
  void channel.closed.then(() => process.exit(1)); // the runner is gone
  onSignals(channel, stop);
  void channel.send({kind: 'hello', protocol: PROTOCOL_VERSION, host});
  const beat = setInterval(() => void channel.send({kind: 'alive'}), BEAT_MS);
  beat.unref();
  channel.listen((message) => {
    switch (message.kind) {
      case 'run':
        void lastMessage(runJob(message, entries, {stop: stop.signal, waiting, channel}), channel);
        return;
      case 'probe':
      case 'forecast':
      case 'pace':
      case 'rates':
        void lastMessage(answer(message, answers), channel);
        return;
      case 'stop':
        stop.abort();
        return;
      case 'part_committed':
        waiting.get(message.fingerprint)?.(message.object);
        waiting.delete(message.fingerprint);
        return;
      default:
        return unreachable(message);
    }
  });
}

/**
 * A terminal's Ctrl-C and its closing reach a child too, and so does what ends a whole group: there the runner decides
 * what it means. A scheduler speaks to its job alone, and means it.
 */
function onSignals({signals}: RunnerChannel, stop: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signals === 'stop') stop.abort();
    });
}

interface Talk {
  readonly stop: AbortSignal;
  readonly waiting: Map<Fingerprint, (object: PartObject) => void>;
  readonly channel: RunnerChannel;
}

async function runJob(
  {job, protocol, secrets}: Extract<RunnerMessage, {kind: 'run'}>,
  entries: WorkerEntries,
  talk: Talk,
): Promise<WorkerMessage> {
  try {
    if (protocol !== PROTOCOL_VERSION)
      throw new SidestepError(otherProtocol({runner: protocol, worker: PROTOCOL_VERSION}));
    const load = entries[job.uses];
    if (load === undefined) throw new Error(`no worker entry for the stage type ${job.uses}`);
    const context = contextFor(job, secrets, talk);
    const work = await load();
    return (await work(context)) === 'done' ? {kind: 'done'} : await stopped(job);
  } catch (error) {
    return talk.stop.aborted && isCancellation(error) ? stopped(job) : failed(error);
  }
}

async function stopped({partial_dir}: WorkerJob): Promise<WorkerMessage> {
  const newest = await partialStateIn(partial_dir).newest();
  return {kind: 'stopped', resumable: newest !== undefined};
}

/** A call into the engine that was cut short because we asked for it has not failed. */
function isCancellation(error: unknown): boolean {
  return error instanceof SidestepError && error.problem.code === 'native/cancelled';
}

async function answer(
  message: Extract<RunnerMessage, {kind: 'probe' | 'forecast' | 'pace' | 'rates'}>,
  {probe, forecast, pace, rates}: QuestionAnswers,
): Promise<WorkerMessage> {
  const {addon} = message;
  try {
    if (message.kind === 'probe') return {kind: 'probed', report: await probe(addon)};
    if (message.kind === 'pace') return {kind: 'paced', pace: await pace(addon, message.question)};
    if (message.kind === 'rates') return {kind: 'rated', answers: await rates(addon, message.questions)};
    return {kind: 'forecasts', answers: await forecast(addon, message.questions)};
  } catch (error) {
    return failed(error);
  }
}

function contextFor(job: WorkerJob, secrets: Secrets, {stop, waiting, channel}: Talk): WorkerContext {
  const say = (message: WorkerMessage): void => void channel.send(message);
  const begun = new Map<Fingerprint, number>();
  const emit: WorkerContext['emit'] = (event) =>
    say({kind: 'event', event: {...event, stage: job.stage} as WorkerEvent});
  return {
    job,
    secrets,
    signal: stop,
    emit,
    log: (line) => emit({kind: 'log', level: 'info', line}),
    objectPath: objectPathIn(job.objects_dir),
    beginPart: ({fingerprint}) => void begun.set(fingerprint, performance.now()),
    commitPart: ({fingerprint}, file, about) =>
      new Promise((resolve) => {
        waiting.set(fingerprint, resolve);
        const now = performance.now();
        const duration_ms = Math.round(now - (begun.get(fingerprint) ?? now));
        say({kind: 'part_ready', fingerprint, file, about, duration_ms});
      }),
    failSample: (sample, problem) => say({kind: 'sample_failed', sample, problem}),
    partial: partialStateIn(job.partial_dir),
  };
}

/** Sends the last word and leaves once it is on its way; a channel that stays open would keep the process alive. */
async function lastMessage(message: Promise<WorkerMessage>, channel: RunnerChannel): Promise<void> {
  await channel.send(await message);
  channel.leave();
  process.exit(0);
}

function failed(error: unknown): WorkerMessage {
  if (error instanceof SidestepError) {
    const {problem} = error;
    return problem.code === 'train/rank-lost' ? {kind: 'lost', problem} : {kind: 'failed', problem};
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const accident = accidentOf(error);
  if (accident !== undefined) return {kind: 'failed', problem: accident, stack};
  return {kind: 'failed', problem: bugProblem('worker/bug', error), stack};
}
