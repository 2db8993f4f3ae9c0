import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import type {Palette} from './palette.js';
import {durationText, numberText} from './quantity.js';
import {visibly} from './visible.js';

/** A recorded run in one row. What a killed run did not get to say is null. */
export interface PastRun {
  readonly run: string;
  readonly dir: string;
  readonly pipeline: string | null;
  readonly started_at: number | null;
  readonly outcome: 'done' | 'failed' | 'interrupted' | 'killed';
  readonly duration_ms: number | null;
  /** Stages that really ran, and how each ended. */
  readonly stages: readonly {readonly stage: string; readonly result: StageResult['kind']}[];
  /** Mean loss of the last finished epoch, or of the last step. */
  readonly last_loss: number | null;
}

/** Pure: the events of a run record, each with `at`, to one row. */
export function pastRun(
  run: string,
  dir: string,
  events: readonly (RunEvent & {readonly at: number})[],
): PastRun {
  const started = events.find((event) => event.kind === 'run_started');
  const finished = events.findLast((event) => event.kind === 'run_finished');
  const ended = events.flatMap((event) => (event.kind === 'stage_finished' ? [event.result] : []));
  return {
    run,
    dir,
    pipeline: started?.pipeline ?? null,
    started_at: started?.at ?? null,
    outcome: finished?.outcome ?? 'killed',
    duration_ms: finished?.duration_ms ?? null,
    stages: ended
      .filter(({kind}) => kind !== 'cached' && kind !== 'skipped')
      .map(({stage, kind}) => ({stage, result: kind})),
    last_loss: lastLoss(events),
  };
}

/** A past run with what its trainings came to and what was tried in it. */
export interface ToldRun extends PastRun {
  /** Lowest loss of its trainings; null when nothing was trained. */
  readonly best_loss: number | null;
  /** Folders. */
  readonly adapters: readonly string[];
  /** Against the run before of the same pipeline; undefined: not set. */
  readonly changed: readonly {
    readonly stage: string;
    readonly param: string;
    readonly a: unknown;
    readonly b: unknown;
  }[];
}

/** A line a run, and below it what was set differently and where the adapter lies. */
export function historyTable(told: readonly ToldRun[], colours: Palette): string {
  const runs = visibly(told);
  if (runs.length === 0) return 'No runs are recorded here yet.\n';
  const times = runs.map(({duration_ms}) => (duration_ms === null ? '' : durationText(duration_ms)));
  const widths = {
    pipeline: Math.max(...runs.map(({pipeline}) => pipeline?.length ?? 1)),
    outcome: Math.max(...runs.map(({outcome}) => outcome.length)),
    time: Math.max(...times.map((time) => time.length)),
  };
  const paint = {done: colours.green, failed: colours.red, interrupted: colours.yellow, killed: colours.red};
  const lines = runs.map((run, index) => {
    const outcome = paint[run.outcome](run.outcome.padEnd(widths.outcome));
    const name = (run.pipeline ?? '?').padEnd(widths.pipeline);
    const head = `${run.run}  ${name}  ${outcome}  ${times[index]!.padStart(widths.time)}  ${stagesText(run)}${lossText(run)}`;
    return [head.trimEnd(), ...besides(run).map((line) => colours.dim(`    ${line}`))].join('\n');
  });
  return `${lines.join('\n')}\n`;
}

function lossText({best_loss, last_loss}: ToldRun): string {
  if (best_loss !== null) return `  best loss ${numberText(best_loss)}`;
  return last_loss === null ? '' : `  last loss ${numberText(last_loss)}`;
}

/** More would hide the runs themselves; `sidestep compare` tells all. */
const MOST_CHANGES = 4;

function besides({changed, adapters, stages}: ToldRun): string[] {
  const words = changed
    .slice(0, MOST_CHANGES)
    .map(({stage, param, a, b}) => `${stage}.${param} ${valueText(a)} → ${valueText(b)}`);
  const left = changed.length - words.length;
  const trained = stages.some(({result}) => result === 'succeeded');
  return [
    ...(words.length === 0 ? [] : [`${words.join(', ')}${left > 0 ? ` and ${left} more` : ''}`]),
    ...(trained ? adapters.map((path) => `adapter ${path}`) : []),
  ];
}

function valueText(value: unknown): string {
  if (value === undefined) return 'unset';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stagesText({stages}: PastRun): string {
  if (stages.length === 0) return 'all from cache';
  const named = stages
    .slice(0, 4)
    .map(({stage, result}) => (result === 'succeeded' ? stage : `${stage} ${result}`));
  return `${named.join(', ')}${stages.length > named.length ? ` and ${stages.length - named.length} more` : ''}`;
}

function lastLoss(events: readonly RunEvent[]): number | null {
  const epoch = events.findLast((event) => event.kind === 'epoch_finished' && event.mean_loss !== null);
  if (epoch?.kind === 'epoch_finished') return epoch.mean_loss;
  const step = events.findLast((event) => event.kind === 'step_finished' && event.loss !== null);
  return step?.kind === 'step_finished' ? step.loss : null;
}
