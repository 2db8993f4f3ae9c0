import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {columnsOf, filledEnd, filledStart} from './columns.js';
import type {Palette} from './palette.js';
import {durationText, numberText} from './quantity.js';
import {visibly} from './visible.js';

/** A recorded run in one row. What a run did not get to say, or not yet, is null. */
export interface PastRun {
  readonly run: string;
  readonly dir: string;
  readonly pipeline: string | null;
  readonly started_at: number | null;
  readonly outcome: 'done' | 'failed' | 'interrupted' | 'killed' | 'running';
  readonly duration_ms: number | null;
  /** Stages that are at work now; empty unless it is running. */
  readonly at_work: readonly string[];
  /** Of stages that ran elsewhere, the last job each. */
  readonly jobs: readonly StageJob[];
  /** Stages that really ran, and how each ended. */
  readonly stages: readonly {readonly stage: string; readonly result: StageResult['kind']}[];
  /** Mean loss of the last finished epoch, or of the last step. */
  readonly last_loss: number | null;
}

/** Pure: the events of a run record, each with `at`, to one row. `goes_on`: whether the process that carried it out lives. */
export function pastRun(
  {run, dir, goes_on}: {readonly run: string; readonly dir: string; readonly goes_on: boolean},
  events: readonly (RunEvent & {readonly at: number})[],
): PastRun {
  const started = events.find((event) => event.kind === 'run_started');
  const finished = events.findLast((event) => event.kind === 'run_finished');
  const outcome = finished?.outcome ?? (goes_on ? 'running' : 'killed');
  const ended = events.flatMap((event) => (event.kind === 'stage_finished' ? [event.result] : []));
  return {
    run,
    dir,
    pipeline: started?.pipeline ?? null,
    started_at: started?.at ?? null,
    outcome,
    duration_ms: finished?.duration_ms ?? null,
    at_work: outcome === 'running' ? atWork(events) : [],
    jobs: jobsIn(events),
    stages: ended
      .filter(({kind}) => kind !== 'cached' && kind !== 'skipped')
      .map(({stage, kind}) => ({stage, result: kind})),
    last_loss: lastLoss(events),
  };
}

/** A stage's job, as far as is known of it. */
export interface StageJob {
  readonly stage: string;
  readonly executor: string;
  /** The scheduler's number; `12_3` of an array's task; null: it has none yet. */
  readonly job: string | null;
  /** Where it runs or ran; null: nowhere yet. */
  readonly node: string | null;
  /** Why it waits, in the scheduler's word; null: it does not, or the scheduler does not say. */
  readonly waits_for: string | null;
}

/** Pure: the last job of each stage that has one, and of each that shares a stage's samples. */
export function jobsIn(events: readonly RunEvent[]): StageJob[] {
  const jobs = new Map<string, StageJob>();
  for (const event of events) {
    if (event.kind === 'stage_placed') {
      const {stage, executor, job, node} = event;
      jobs.set(keyOf(stage, event.shard), {stage, executor, job, node, waits_for: null});
    }
    if (event.kind === 'stage_waiting' && event.for.kind === 'queue') {
      const {executor, job, reason} = event.for;
      const waiting = {stage: event.stage, executor, job, node: null, waits_for: reason};
      jobs.set(keyOf(event.stage, event.for.shard), waiting);
    }
  }
  return [...jobs.values()];
}

function keyOf(stage: string, shard = 0): string {
  return `${stage} ${shard}`;
}

/** Pure: the jobs of stages that are at work. */
export function jobsAtWork(events: readonly RunEvent[]): StageJob[] {
  const stages = new Set(atWork(events));
  return jobsIn(events).filter(({stage}) => stages.has(stage));
}

function jobText({stage, executor, job, node, waits_for}: StageJob): string {
  const place = node === null ? 'waits in the queue' : `on ${node}`;
  const why = waits_for === null ? '' : ` (${waits_for})`;
  if (job === null) return `${stage}  not taken into the queue of ${executor} yet${why}`;
  return `${stage}  job ${job} of ${executor} ${place}${why}`;
}

function atWork(events: readonly RunEvent[]): string[] {
  const stages = new Set<string>();
  for (const event of events) {
    if (event.kind === 'stage_started') stages.add(event.stage);
    if (event.kind === 'stage_finished') stages.delete(event.stage);
  }
  return [...stages];
}

/** A past run with what its trainings came to and what was tried in it. */
export interface ListedRun extends PastRun {
  /** Null: the file as it is. */
  readonly experiment: string | null;
  /** What differs from the file: `path=value`. */
  readonly set: readonly string[];
  /** Lowest loss of its trainings; null when nothing was trained. */
  readonly best_loss: number | null;
  /** Where in that training it was measured. */
  readonly best_at: {readonly epoch: number; readonly global_step: number} | null;
  /** Newest of the losses that its last training is judged by. */
  readonly final_loss: number | null;
  /** Of its longest training. */
  readonly steps: number | null;
  /** Folders. */
  readonly adapters: readonly string[];
  /** Against the run before of the same pipeline and experiment; undefined: not set. */
  readonly changed: readonly {
    readonly stage: string;
    readonly param: string;
    readonly a: unknown;
    readonly b: unknown;
  }[];
}

/** A table, a row a run, and below a row what was set differently and where the adapter is. */
export function runsTable(told: readonly ListedRun[], colours: Palette, now: number): string {
  const runs = visibly(told);
  if (runs.length === 0) return 'No runs are recorded here yet.\n';
  const paint = {
    done: colours.green,
    failed: colours.red,
    interrupted: colours.yellow,
    killed: colours.red,
    running: colours.cyan,
  };
  const heads = ['run', 'pipeline', 'state', 'time', 'steps', 'best', 'at epoch', 'final', 'what ran'];
  const rows = runs.map((run) => [
    run.run,
    nameText(run),
    run.outcome,
    timeText(run, now),
    run.steps === null ? '' : String(run.steps),
    lossText(run.best_loss),
    run.best_at === null ? '' : String(run.best_at.epoch),
    lossText(run.final_loss ?? run.last_loss),
    stagesText(run),
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => columnsOf(row[column]!))),
  );
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) =>
      RIGHT.has(column) ? filledStart(cell, widths[column]!) : filledEnd(cell, widths[column]!),
    );
  const lines = rows.map((row, index) => {
    const run = runs[index]!;
    const cells = lineOf(row);
    cells[STATE] = paint[run.outcome](cells[STATE]!);
    return [cells.join('  ').trimEnd(), ...otherParts(run).map((line) => colours.dim(`    ${line}`))].join(
      '\n',
    );
  });
  return `${[colours.dim(lineOf(heads).join('  ').trimEnd()), ...lines].join('\n')}\n`;
}

const STATE = 2;
/** Columns of figures. */
const RIGHT = new Set([3, 4, 5, 6, 7]);

/** `blues`, or `blues@rank=8` of an experiment. */
export function nameText({pipeline, experiment}: Pick<ListedRun, 'pipeline' | 'experiment'>): string {
  return experiment === null ? (pipeline ?? '?') : `${pipeline ?? '?'}@${experiment}`;
}

/** Of a running one: so far. */
function timeText({duration_ms, outcome, started_at}: ListedRun, now: number): string {
  if (duration_ms !== null) return durationText(duration_ms);
  return outcome === 'running' && started_at !== null ? durationText(now - started_at) : '';
}

function lossText(loss: number | null): string {
  return loss === null ? '' : numberText(loss);
}

/** More would hide the runs themselves; `sidestep compare` tells all. */
const MOST_CHANGES = 4;

function otherParts({experiment, set, changed, adapters, stages}: ListedRun): string[] {
  const differs = experiment === null || set.length === 0 ? [] : [set.join(', ')];
  const words = (differs.length > 0 ? [] : changed)
    .slice(0, MOST_CHANGES)
    .map(({stage, param, a, b}) => `${stage}.${param} ${valueText(a)} → ${valueText(b)}`);
  const left = differs.length > 0 ? 0 : changed.length - words.length;
  const trained = stages.some(({result}) => result === 'succeeded');
  return [
    ...differs,
    ...(words.length === 0 ? [] : [`${words.join(', ')}${left > 0 ? ` and ${left} more` : ''}`]),
    ...(trained ? adapters.map((path) => `adapter ${path}`) : []),
  ];
}

function valueText(value: unknown): string {
  if (value === undefined) return 'unset';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const MOST_STAGES = 4;

function stagesText({stages, at_work, outcome}: PastRun): string {
  const words = [
    ...stages.map(({stage, result}) => (result === 'succeeded' ? stage : `${stage} ${result}`)),
    ...at_work.map((stage) => `${stage} at work`),
  ];
  if (words.length === 0) return outcome === 'done' ? 'all from cache' : 'nothing';
  const named = words.length > MOST_STAGES ? words.slice(0, MOST_STAGES) : words;
  const left = words.length - named.length;
  return `${named.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

function lastLoss(events: readonly RunEvent[]): number | null {
  const epoch = events.findLast((event) => event.kind === 'epoch_finished' && event.mean_loss !== null);
  if (epoch?.kind === 'epoch_finished') return epoch.mean_loss;
  const step = events.findLast((event) => event.kind === 'step_finished' && event.loss !== null);
  return step?.kind === 'step_finished' ? step.loss : null;
}

/** A run that goes on right now, and the process that carries it out. */
export interface RunningRun {
  readonly run: string;
  /** Null: the file as it is. */
  readonly experiment: string | null;
  readonly pid: number;
  readonly host: string;
}

/** Lines for below a status; empty when nothing runs. */
export function runningText(
  runs: readonly (RunningRun & {readonly jobs: readonly StageJob[]})[],
  colours: Palette,
): string {
  return visibly(runs)
    .map(({run, experiment, pid, host, jobs}) => {
      const name = experiment === null ? run : `${run} (${experiment})`;
      return `${colours.cyan('running now:')} ${name}, process ${pid} on ${host}; \`sidestep attach ${run}\` shows it\n${jobs.map((job) => `  ${jobText(job)}\n`).join('')}`;
    })
    .join('');
}
