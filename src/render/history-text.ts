import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import type {Palette} from './palette.js';
import {durationText, numberText} from './quantity.js';

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

export function historyTable(runs: readonly PastRun[], colours: Palette): string {
  if (runs.length === 0) return 'No runs are recorded here yet.\n';
  const paint = {done: colours.green, failed: colours.red, interrupted: colours.yellow, killed: colours.red};
  const pipelineWidth = Math.max(...runs.map(({pipeline}) => pipeline?.length ?? 1));
  const lines = runs.map((run) => {
    const time = run.duration_ms === null ? '' : durationText(run.duration_ms);
    const loss = run.last_loss === null ? '' : `  loss ${numberText(run.last_loss)}`;
    return `${run.run}  ${(run.pipeline ?? '?').padEnd(pipelineWidth)}  ${paint[run.outcome](run.outcome.padEnd(11))}  ${time.padStart(12)}  ${stagesText(run)}${colours.dim(loss)}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
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
