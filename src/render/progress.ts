import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import type {StageEvent} from '../event/event.js';
import type {Start} from '../plan/plan.js';
import {startText} from './start-text.js';
import {emptyTrend, type Trend, withPoint} from './trend.js';

/** All that a line about one running stage can say, folded from its events. Times in milliseconds since the epoch. */
export interface StageProgress {
  readonly stage: StageId;
  readonly state: 'waiting' | 'running' | 'ended';
  readonly started_at: number | undefined;
  /** What it is busy with or waits for. */
  readonly phase: string | undefined;
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: string | undefined;
  readonly note: string | undefined;
  /** The newest `(at, done)` pairs, oldest first: the rate is measured over them. */
  readonly marks: readonly Mark[];
  /** Of a phase that counts for itself, such as the songs that the VAE encodes. */
  readonly phase_count: PhaseProgress | undefined;
  readonly training: TrainingProgress | undefined;
  /** Set once it was asked to stop. */
  readonly stopping: 'graceful' | 'force' | undefined;
  readonly samples_failed: number;
  readonly memory: MemoryProgress | undefined;
  /** The last few lines worth showing under the stage. */
  readonly lines: readonly string[];
}

export interface MemoryProgress {
  readonly resident_bytes: number;
  readonly device_bytes: number | undefined;
  readonly device: string | undefined;
}

export interface Mark {
  readonly at: number;
  readonly done: number;
}

export interface PhaseProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Seconds of sound. */
  readonly music: {readonly done: number; readonly total: number} | undefined;
  /** In seconds of sound where there is any, since songs differ; else as counted. */
  readonly marks: readonly Mark[];
}

export interface TrainingProgress {
  readonly epoch: number;
  /** Of the whole run; undefined before the first has ended. */
  readonly epochs: number | undefined;
  /** Exponential mean of the finite losses, weight 0.1 for the newest; undefined before the first. */
  readonly smoothed_loss: number | undefined;
  /** All finite losses so far. */
  readonly trend: Trend;
  /** The lowest mean of an epoch, or validation loss where there is validation. */
  readonly best:
    | {readonly loss: number; readonly by: 'epoch' | 'validation'; readonly epoch: number}
    | undefined;
  readonly validation_loss: number | undefined;
  /** Name of the newest checkpoint. */
  readonly checkpoint: string | undefined;
  /** A run that is killed now continues from here. */
  readonly saved_step: number;
  readonly learning_rate: number;
  /** Steps without a finite loss, which were left out. */
  readonly skipped_steps: number;
}

const KEPT_MARKS = 32;
/** So that the rate is that of half a minute at least, once it has run so long. */
const MARK_EVERY_MS = 1000;
const KEPT_LINES = 4;
/** A rate over less than this is noise. */
const MINIMUM_SPAN_MS = 200;

export function newProgress(stage: StageId): StageProgress {
  return {
    stage,
    state: 'waiting',
    started_at: undefined,
    phase: undefined,
    done: 0,
    total: undefined,
    unit: undefined,
    note: undefined,
    marks: [],
    phase_count: undefined,
    training: undefined,
    stopping: undefined,
    samples_failed: 0,
    memory: undefined,
    lines: [],
  };
}

/** What the progress becomes when `event` arrives. Pure. */
export function advance(progress: StageProgress, event: StageEvent, at: number): StageProgress {
  switch (event.kind) {
    case 'stage_started':
      return begun({...newProgress(progress.stage), state: 'running', started_at: at}, event.start);
    case 'stage_waiting':
      return {...progress, phase: waitText(event.for)};
    case 'stage_retrying':
      return withLine(
        {...progress, phase: `attempt ${event.attempt} in ${Math.round(event.delay_ms / 1000)} s`},
        event.problem.message,
      );
    case 'stage_placed':
      return {...progress, phase: jobPlaceText(event)};
    case 'stage_lost':
      return withLine(
        {...progress, phase: `goes on in ${Math.round(event.delay_ms / 1000)} s`},
        event.problem.message,
      );
    case 'stage_finished':
      return {...progress, state: 'ended', phase: undefined, phase_count: undefined};
    case 'stage_progress':
      return {...counted(progress, event, at), note: event.note};
    case 'phase_started':
      return {...progress, phase: event.phase, phase_count: undefined};
    case 'phase_progress':
      return {...progress, phase: event.phase, phase_count: phaseCount(progress.phase_count, event, at)};
    case 'sample_started':
      return {...progress, note: event.sample};
    case 'sample_failed':
      return withLine(
        {...progress, samples_failed: progress.samples_failed + 1},
        `${event.sample}: ${event.problem.message}`,
      );
    case 'memory': {
      const {resident_bytes, device_bytes, device} = event;
      return {...progress, memory: {resident_bytes, device_bytes, device}};
    }
    case 'log':
      return event.level === 'debug' ? progress : withLine(progress, event.line);
    case 'stage_warning':
      return withLine(progress, `warning: ${event.problem.message}`);
    case 'sample_finished':
    case 'metric':
    case 'board_opened':
      return progress;
    default:
      return advanceTraining(progress, event, at);
  }
}

type TrainingEvent = Extract<
  StageEvent,
  {
    kind:
      | 'step_finished'
      | 'epoch_finished'
      | 'validation_finished'
      | 'state_saved'
      | 'checkpoint_saved'
      | 'clip_made';
  }
>;

function advanceTraining(progress: StageProgress, event: TrainingEvent, at: number): StageProgress {
  switch (event.kind) {
    case 'step_finished': {
      const {global_step: done, total_steps: total} = event;
      return {
        ...counted(progress, {done, total, unit: 'steps'}, at),
        phase: undefined,
        phase_count: undefined,
        training: trained(progress.training, event),
      };
    }
    case 'epoch_finished':
      return withLine(
        ofTraining(progress, (training) => ({
          epochs: event.epochs,
          ...(event.mean_loss === null
            ? {}
            : bestOf(training, event.mean_loss, {by: 'epoch', epoch: event.epoch})),
        })),
        `epoch ${event.epoch}/${event.epochs}  mean loss ${lossText(event.mean_loss)}`,
      );
    case 'validation_finished':
      return withLine(
        ofTraining(progress, (training) => validated(training, event.loss)),
        `step ${event.global_step}  validation loss ${lossText(event.loss)}`,
      );
    case 'state_saved':
      return ofTraining(progress, () => ({saved_step: event.global_step}));
    case 'checkpoint_saved':
      return withLine(
        ofTraining(progress, () => ({saved_step: event.global_step, checkpoint: event.reason})),
        `checkpoint at step ${event.global_step} (${event.reason})`,
      );
    case 'clip_made':
      return withLine(
        progress,
        `clip of step ${event.global_step}: ${event.prompt}, strength ${event.strength}`,
      );
    default:
      return unreachable(event);
  }
}

function validated(training: TrainingProgress, loss: number | null): Partial<TrainingProgress> {
  if (loss === null) return {};
  return {validation_loss: loss, ...bestOf(training, loss, {by: 'validation', epoch: training.epoch})};
}

/** Where it takes up its work; a part to a line, since rows are narrow. */
function begun(progress: StageProgress, start: Start): StageProgress {
  return (startText(start) ?? '').split('; ').reduce(withLine, progress);
}

/** It was asked to stop. */
export function asked(progress: StageProgress, how: 'graceful' | 'force'): StageProgress {
  return {...progress, stopping: how};
}

/** Steps that would be computed again if it were killed now. */
export function stepsAtRisk({training, done}: StageProgress): number {
  return training === undefined ? 0 : Math.max(0, done - training.saved_step);
}

/** Units per second over the newest marks; undefined while there is too little to tell. */
export function rateOf({marks}: Pick<StageProgress, 'marks'>): number | undefined {
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const span = last.at - first.at;
  if (span < MINIMUM_SPAN_MS || last.done <= first.done) return undefined;
  return ((last.done - first.done) * 1000) / span;
}

/**
 * Milliseconds until the end at the present rate, counted down from the newest mark; undefined when total or rate is unknown.
 */
export function remainingMs(
  {marks, total}: Pick<StageProgress, 'marks' | 'total'>,
  now: number,
): number | undefined {
  const rate = rateOf({marks});
  const last = marks.at(-1);
  if (rate === undefined || last === undefined || total === undefined) return undefined;
  const then = (Math.max(0, total - last.done) * 1000) / rate;
  return Math.max(0, then - Math.max(0, now - last.at));
}

function counted(
  progress: StageProgress,
  {done, total, unit}: Pick<Extract<StageEvent, {kind: 'stage_progress'}>, 'done' | 'total' | 'unit'>,
  at: number,
): StageProgress {
  // Another unit, or a count that went back (a retry): the old marks would give a false rate.
  const continues = progress.unit === unit && done >= progress.done;
  const marks = marked(continues ? progress.marks : [], {at, done});
  return {...progress, done, total, unit, marks};
}

/** The newest mark moves until it is far enough from the one before: quick steps must not make the rate jump about. */
function marked(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const before = marks.at(-2);
  const kept = before !== undefined && mark.at - before.at < MARK_EVERY_MS ? marks.slice(0, -1) : marks;
  return [...kept, mark].slice(-KEPT_MARKS);
}

function phaseCount(
  before: PhaseProgress | undefined,
  {phase, done, total, unit, music}: Extract<StageEvent, {kind: 'phase_progress'}>,
  at: number,
): PhaseProgress {
  const continues = before?.phase === phase && done >= before.done;
  const marks = marked(continues ? before.marks : [], {at, done: music?.done ?? done});
  return {phase, done, total, unit, music, marks};
}

/** What an event says of a training that has made a step. */
function ofTraining(
  progress: StageProgress,
  news: (training: TrainingProgress) => Partial<TrainingProgress>,
): StageProgress {
  const {training} = progress;
  return training === undefined ? progress : {...progress, training: {...training, ...news(training)}};
}

/** Validation says more than the mean of an epoch. */
function bestOf(
  {best}: TrainingProgress,
  loss: number,
  {by, epoch}: {readonly by: 'epoch' | 'validation'; readonly epoch: number},
): Pick<TrainingProgress, 'best'> {
  if (best === undefined || (best.by === 'epoch' && by === 'validation')) return {best: {loss, by, epoch}};
  return best.by === by && loss < best.loss ? {best: {loss, by, epoch}} : {best};
}

function trained(
  before: TrainingProgress | undefined,
  step: Extract<StageEvent, {kind: 'step_finished'}>,
): TrainingProgress {
  const previous = before?.smoothed_loss;
  const smoothed =
    step.loss === null ? previous : previous === undefined ? step.loss : 0.9 * previous + 0.1 * step.loss;
  const known = before ?? {...untrained, saved_step: step.global_step - 1}; // it began at a saved state, if it is not the first
  return {
    ...known,
    epoch: step.epoch,
    smoothed_loss: smoothed,
    trend: step.loss === null ? known.trend : withPoint(known.trend, step.loss),
    learning_rate: step.learning_rate,
    skipped_steps: (before?.skipped_steps ?? 0) + (step.loss === null ? 1 : 0),
  };
}

const untrained = {
  epochs: undefined,
  trend: emptyTrend,
  best: undefined,
  validation_loss: undefined,
  checkpoint: undefined,
};

function withLine(progress: StageProgress, line: string): StageProgress {
  const flat = line.replaceAll(/\s*\n\s*/g, ' ').trimEnd();
  return flat === '' ? progress : {...progress, lines: [...progress.lines, flat].slice(-KEPT_LINES)};
}

function lossText(loss: number | null): string {
  return loss === null ? 'not finite' : String(Number(loss.toPrecision(4)));
}

/** `job 12 of gpu on n1`. */
export function jobPlaceText({
  executor,
  job,
  node,
  how,
}: Pick<Extract<StageEvent, {kind: 'stage_placed'}>, 'executor' | 'job' | 'node' | 'how'>): string {
  const name = `job ${job} of ${executor}${node === null ? '' : ` on ${node}`}`;
  return how === 'followed' ? `${name}, begun by an earlier run` : name;
}

function queueText({job, executor}: {readonly job: string | null; readonly executor: string}): string {
  return job === null
    ? `not taken into the queue of ${executor} yet`
    : `job ${job} waits in the queue of ${executor}`;
}

function waitText(reason: Extract<StageEvent, {kind: 'stage_waiting'}>['for']): string {
  switch (reason.kind) {
    case 'other_runner':
      return `waiting for process ${reason.pid} on ${reason.host}, which computes the same`;
    case 'device':
      return `waiting for ${reason.device}`;
    case 'queue':
      return `${queueText(reason)}${reason.reason === null ? '' : ` (${reason.reason})`}`;
    default:
      return unreachable(reason);
  }
}
