import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {RunEvent} from '../event/event.js';
import type {LossMark} from '../render/report/report-data.js';
import {isStageReference} from '../stage/param.js';
import {type JudgedLosses, judgedLosses} from './judged-losses.js';
import {
  outputFolder,
  outputJson,
  outputLines,
  publishedFolder,
  type RecordedRun,
  type RecordedStage,
} from './recorded-run.js';

/** A train stage of a recorded run in numbers; null where the run did not get that far. */
export interface TrainingFacts {
  readonly stage: string;
  /** The lowest of the losses it is judged by. */
  readonly best_loss: number | null;
  /** `validation` losses are comparable between runs; `training`: means of epochs. */
  readonly best_by: 'validation' | 'training';
  /** Where the lowest was measured. */
  readonly best_at: Omit<LossMark, 'loss'> | null;
  /** The newest of the losses it is judged by. */
  readonly final_loss: number | null;
  /** Mean training loss of the last epoch. */
  readonly last_loss: number | null;
  /** The state kept as `best`, and the loss it was kept for: of the validation, or the mean over `checkpoint.best_window` epochs. */
  readonly kept_best: LossMark | null;
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
  const judged = judgedLosses(await trainingMetrics(stage, run));
  const {best, by, final} = judged;
  const {result, configured} = stage;
  const facts = {
    stage: configured.id,
    best_loss: best?.loss ?? null,
    best_by: by,
    best_at: best && {epoch: best.epoch, global_step: best.global_step},
    final_loss: final?.loss ?? null,
    adapter: adapterFolder(stage, run) ?? null,
    duration_ms: durationOf(result),
  };
  if (!isJsonObject(summary)) return {...facts, ...unfinishedFacts(stage, run), kept_best: null};
  return {
    ...facts,
    last_loss: numberAt(summary, 'loss'),
    kept_best: keptBest(summary.best, judged),
    steps: numberAt(summary, 'global_step'),
    epochs: numberAt(summary, 'epoch'),
  };
}

/** Where a person finds it: what the training published, else what an export of it did, else the folder in the cache. */
function adapterFolder(stage: RecordedStage, {recorded}: RecordedRun): string | undefined {
  const exports = recorded.filter(({configured: {uses, params}}) => {
    const {adapter} = params;
    return uses === 'export' && isStageReference(adapter) && adapter.$stage === stage.configured.id;
  });
  const places = [stage, ...exports].map(publishedFolder).filter((folder) => folder !== undefined);
  return places[0] ?? outputFolder(stage, 'adapter');
}

/** The lines of metrics.jsonl; of a training that has not ended, its events in the same words. */
export async function trainingMetrics(stage: RecordedStage, run: RecordedRun): Promise<JsonObject[]> {
  const metrics = (await outputLines(stage, 'adapter/metrics.jsonl')).filter(isJsonObject);
  return metrics.length > 0 ? metrics : eventMetrics(stage, run);
}

function eventMetrics({configured}: RecordedStage, {events}: RecordedRun): JsonObject[] {
  let at = {global_step: 0, epoch: 0};
  return events.flatMap((event): JsonObject[] => {
    if (!('stage' in event) || event.stage !== configured.id) return [];
    switch (event.kind) {
      case 'validation_finished':
        return [
          {
            ...at,
            kind: 'validation',
            global_step: event.global_step,
            loss: event.loss,
            bands: {...event.bands},
          },
        ];
      case 'epoch_finished':
        return [{kind: 'epoch', ...at, epoch: event.epoch, loss: event.mean_loss}];
      case 'step_finished': {
        const {global_step, epoch, loss, learning_rate, gradient_norm} = event;
        at = {global_step, epoch};
        const rate = {learning_rate, grad_norm: gradient_norm, ...stepFigures(event)};
        return [{kind: 'step', ...at, loss, ...rate}];
      }
      case 'memory': {
        const {optimizer_bytes, trained_parameters} = event;
        if (optimizer_bytes === undefined || trained_parameters === undefined) return [];
        return [{kind: 'memory', optimizer_bytes, trained_parameters}];
      }
      default:
        return [];
    }
  });
}

/** Those of its numbers that not every step has. */
function stepFigures(event: RunEvent & {readonly kind: 'step_finished'}): JsonObject {
  const {bands, prodigy_d, effective_learning_rate, target_loss_smoothed, target_loss_scale} = event;
  const all = {prodigy_d, effective_learning_rate, target_loss_smoothed, target_loss_scale};
  const known = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return {...(bands && {bands: {...bands}}), ...Object.fromEntries(known)};
}

/** What the events of an unfinished stage say. */
function unfinishedFacts({configured}: RecordedStage, {events}: RecordedRun) {
  const own = events.filter((event) => 'stage' in event && event.stage === configured.id);
  const epochs = own.flatMap((event) => (event.kind === 'epoch_finished' ? [event] : []));
  const step = own.findLast((event) => event.kind === 'step_finished');
  return {
    last_loss: epochs.at(-1)?.mean_loss ?? (step?.kind === 'step_finished' ? step.loss : null),
    steps: step?.kind === 'step_finished' ? step.global_step : null,
    epochs: epochs.at(-1)?.epoch ?? null,
  };
}

function keptBest(best: Json | undefined, {step_of_epoch}: JudgedLosses): LossMark | null {
  if (!isJsonObject(best)) return null;
  const [loss, epoch] = [numberAt(best, 'loss'), numberAt(best, 'epoch')];
  const global_step = epoch === null ? undefined : step_of_epoch.get(epoch);
  return loss === null || epoch === null || global_step === undefined ? null : {loss, epoch, global_step};
}

function durationOf(result: RecordedStage['result']): number | null {
  if (result === undefined) return null;
  if (result.kind === 'cached') return result.saved_ms;
  return 'duration_ms' in result ? result.duration_ms : null;
}

function numberAt(object: JsonObject, key: string): number | null {
  const value = object[key];
  return typeof value === 'number' ? value : null;
}
