import {isJsonObject, type JsonObject} from '../base/json.js';
import {outputFolder, outputJson, type RecordedRun, type RecordedStage} from './recorded-run.js';

/** A train stage of a recorded run in numbers; null where the run did not get that far. */
export interface TrainingFacts {
  readonly stage: string;
  readonly best_loss: number | null;
  /** `validation` losses are comparable between runs; `training` is the best epoch's mean. */
  readonly best_by: 'validation' | 'training';
  readonly last_loss: number | null;
  readonly steps: number | null;
  readonly epochs: number | null;
  readonly duration_ms: number | null;
  readonly adapter: string | null;
}

export async function trainingFacts(run: RecordedRun): Promise<TrainingFacts[]> {
  const stages = run.recorded.filter(({configured}) => configured.uses === 'train');
  return Promise.all(stages.map((stage) => factsOf(stage, run)));
}

async function factsOf(stage: RecordedStage, run: RecordedRun): Promise<TrainingFacts> {
  const summary = await outputJson(stage, 'summary');
  const told = eventFacts(stage, run);
  const {result, configured} = stage;
  const adapter = outputFolder(stage, 'adapter') ?? null;
  const ended = {stage: configured.id, adapter, duration_ms: durationOf(result)};
  if (!isJsonObject(summary)) return {...told, ...ended};
  const best = isJsonObject(summary.best) ? summary.best : undefined;
  return {
    ...ended,
    best_loss: numberAt(best, 'loss') ?? told.best_loss,
    best_by: Number(summary.validation_samples) > 0 ? 'validation' : 'training',
    last_loss: numberAt(summary, 'loss'),
    steps: numberAt(summary, 'global_step'),
    epochs: numberAt(summary, 'epoch'),
  };
}

/** What the events of an unfinished stage say. */
function eventFacts({configured}: RecordedStage, {events}: RecordedRun) {
  const own = events.filter((event) => 'stage' in event && event.stage === configured.id);
  const validated = own.flatMap((event) => (event.kind === 'validation_finished' ? [event.loss] : []));
  const epochs = own.flatMap((event) => (event.kind === 'epoch_finished' ? [event.mean_loss] : []));
  const losses = (validated.length > 0 ? validated : epochs).filter((loss) => loss !== null);
  const step = own.findLast((event) => event.kind === 'step_finished');
  return {
    best_loss: losses.length > 0 ? Math.min(...losses) : null,
    best_by: validated.length > 0 ? ('validation' as const) : ('training' as const),
    last_loss: epochs.at(-1) ?? (step?.kind === 'step_finished' ? step.loss : null),
    steps: step?.kind === 'step_finished' ? step.global_step : null,
    epochs: epochs.length > 0 ? epochs.length : null,
  };
}

function durationOf(result: RecordedStage['result']): number | null {
  if (result === undefined) return null;
  if (result.kind === 'cached') return result.saved_ms;
  return 'duration_ms' in result ? result.duration_ms : null;
}

function numberAt(object: JsonObject | undefined, key: string): number | null {
  const value = object?.[key];
  return typeof value === 'number' ? value : null;
}
