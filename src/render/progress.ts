import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import type {StageEvent} from '../event/event.js';

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
  readonly training: TrainingProgress | undefined;
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

export interface TrainingProgress {
  readonly epoch: number;
  /** Exponential mean of the finite losses, weight 0.1 for the newest; undefined before the first. */
  readonly smoothed_loss: number | undefined;
  readonly learning_rate: number;
  readonly frames_per_s: number | undefined;
  /** Steps without a finite loss, which were left out. */
  readonly skipped_steps: number;
}

const KEPT_MARKS = 32;
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
    training: undefined,
    samples_failed: 0,
    memory: undefined,
    lines: [],
  };
}

/** What the progress becomes when `event` arrives. Pure. */
export function advance(progress: StageProgress, event: StageEvent, at: number): StageProgress {
  switch (event.kind) {
    case 'stage_started':
      return {...newProgress(progress.stage), state: 'running', started_at: at};
    case 'stage_waiting':
      return {...progress, phase: waitText(event.for)};
    case 'stage_retrying':
      return withLine(
        {...progress, phase: `attempt ${event.attempt} in ${Math.round(event.delay_ms / 1000)} s`},
        event.problem.message,
      );
    case 'stage_finished':
      return {...progress, state: 'ended', phase: undefined};
    case 'stage_progress':
      return {...counted(progress, event.done, event.total, event.unit, at), note: event.note};
    case 'phase_started':
      return {...progress, phase: event.phase};
    case 'sample_started':
      return {...progress, note: event.sample};
    case 'sample_failed':
      return withLine(
        {...progress, samples_failed: progress.samples_failed + 1},
        `${event.sample}: ${event.problem.message}`,
      );
    case 'step_finished':
      return {
        ...counted(progress, event.global_step, event.total_steps, 'steps', at),
        phase: undefined,
        training: trained(progress.training, event),
      };
    case 'epoch_finished':
      return withLine(
        progress,
        `epoch ${event.epoch}/${event.epochs}  mean loss ${lossText(event.mean_loss)}`,
      );
    case 'validation_finished':
      return withLine(progress, `step ${event.global_step}  validation loss ${lossText(event.loss)}`);
    case 'checkpoint_saved':
      return withLine(progress, `checkpoint at step ${event.global_step} (${event.reason})`);
    case 'clip_made':
      return withLine(progress, `clip at step ${event.global_step}: ${event.path}`);
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
      return progress;
    default:
      return unreachable(event);
  }
}

/** Units per second over the newest marks; undefined while there is too little to tell. */
export function rateOf(progress: StageProgress): number | undefined {
  const first = progress.marks[0];
  const last = progress.marks.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const span = last.at - first.at;
  if (span < MINIMUM_SPAN_MS || last.done <= first.done) return undefined;
  return ((last.done - first.done) * 1000) / span;
}

/** Milliseconds until the end at the present rate; undefined when total or rate is unknown. */
export function remainingMs(progress: StageProgress): number | undefined {
  const rate = rateOf(progress);
  if (rate === undefined || progress.total === undefined) return undefined;
  return (Math.max(0, progress.total - progress.done) * 1000) / rate;
}

function counted(
  progress: StageProgress,
  done: number,
  total: number | undefined,
  unit: string,
  at: number,
): StageProgress {
  // Another unit, or a count that went back (a retry): the old marks would give a false rate.
  const continues = progress.unit === unit && done >= progress.done;
  const marks = [...(continues ? progress.marks : []), {at, done}].slice(-KEPT_MARKS);
  return {...progress, done, total, unit, marks};
}

function trained(
  before: TrainingProgress | undefined,
  step: Extract<StageEvent, {kind: 'step_finished'}>,
): TrainingProgress {
  const previous = before?.smoothed_loss;
  const smoothed =
    step.loss === null ? previous : previous === undefined ? step.loss : 0.9 * previous + 0.1 * step.loss;
  return {
    epoch: step.epoch,
    smoothed_loss: smoothed,
    learning_rate: step.learning_rate,
    frames_per_s: step.frames_per_s,
    skipped_steps: (before?.skipped_steps ?? 0) + (step.loss === null ? 1 : 0),
  };
}

function withLine(progress: StageProgress, line: string): StageProgress {
  const flat = line.replaceAll(/\s*\n\s*/g, ' ').trimEnd();
  return flat === '' ? progress : {...progress, lines: [...progress.lines, flat].slice(-KEPT_LINES)};
}

function lossText(loss: number | null): string {
  return loss === null ? 'not finite' : String(Number(loss.toPrecision(4)));
}

function waitText(reason: Extract<StageEvent, {kind: 'stage_waiting'}>['for']): string {
  switch (reason.kind) {
    case 'other_runner':
      return `waiting for process ${reason.pid} on ${reason.host}, which computes the same`;
    case 'device':
      return `waiting for ${reason.device}`;
    default:
      return unreachable(reason);
  }
}
