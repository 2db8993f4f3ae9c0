import {asWritten, type JsonObject} from '../base/json.js';
import type {Continuation, Extension, SavedWork} from './stage-type.js';
import {totalSteps} from './training-steps.js';

/** What a training says of the state it saves, as far as another length of it must know. */
export interface SavedTraining {
  /** The parameters that count, by dotted path. */
  readonly params: JsonObject;
  readonly global_step: number;
  /** Of the whole run. */
  readonly total_steps: number;
  readonly steps_per_epoch: number;
  /** Of what references and file parameters lead to, by dotted path; absent in states of earlier versions. */
  readonly contents?: JsonObject;
  /** Of the arithmetic; absent in states of earlier versions. */
  readonly numerics?: JsonObject | null;
  /**
   * The lengths by which the learning rates up to here are the same: in steps, both ends included (null: however many), and
   * whether with any number of epochs or with this run's alone. The engine said so; absent in states of earlier versions.
   */
  readonly lengths?: {
    readonly least_steps: number;
    readonly most_steps: number | null;
    readonly any_epochs: boolean;
  };
}

/** Other checkpoints, or another way to choose the best, would have left other files on the way. */
const decidesFiles = (path: string) =>
  path.startsWith('checkpoint.') || path.startsWith('early_stop.min_delta');

/**
 * Training up to step N is the same whatever the run's length, if the learning rate does not look at the length. A longer or
 * shorter run may then take up what another saved, and must end in the bytes of a run that was never anything else.
 */
export const trainExtension: Extension = {
  params: ['epochs', 'max_steps', 'checkpoint', 'early_stop', 'inference', 'resume'],
  growing: ['metrics.jsonl'],
  wish: ({resume}) => (resume === 'fork' ? 'fork' : resume === 'fresh' ? 'beginning' : 'exact'),
  standing: (saved) => `step ${trainingOf(saved)?.global_step ?? '?'}`,
  from: (params, saved) => {
    const training = trainingOf(saved);
    if (training === undefined) return {kind: 'not_exactly', because: 'it was saved by an older version'};
    return continuation(params, training);
  },
};

function continuation(params: JsonObject, saved: SavedTraining): Continuation {
  const total = totalSteps(params, saved.steps_per_epoch);
  const keeps = keepsSchedule(params, saved, total);
  if (keeps === 'unsaid')
    return no(
      'it was saved by an older version, which did not say for which lengths its learning rates are the same',
    );
  if (keeps === 'no')
    return no(
      `the ${String(params['schedule.type'])} schedule is another one with ${total} steps than with ${saved.total_steps}`,
    );
  const other = Object.keys({...params, ...saved.params}).find(
    (path) => decidesFiles(path) && params[path] !== saved.params[path],
  );
  if (other !== undefined) return no(`it was saved under another ${other}`);
  if (stopsSooner(params, saved.params)) return no('`early_stop.patience` was larger or off before');
  if (saved.global_step > total)
    return no(`it went on to step ${saved.global_step}, beyond the ${total} of this run`);
  return {kind: 'exactly', progress: saved.global_step};
}

const no = (because: string): Continuation => ({kind: 'not_exactly', because});

/** Less patience might have stopped the run on the way; more would not. 0 is patience without end. */
function stopsSooner(params: JsonObject, saved: JsonObject): boolean {
  const patience = (of: JsonObject) => Number(of['early_stop.patience'] ?? 0) || Number.POSITIVE_INFINITY;
  return patience(params) < patience(saved);
}

/**
 * Whether a run of another length has had the same learning rates up to where it is. What decides rates beside the length is the
 * same in both, or this would be other work.
 */
function keepsSchedule(params: JsonObject, saved: SavedTraining, total: number): 'yes' | 'no' | 'unsaid' {
  const same_epochs = params.epochs === saved.params.epochs;
  if (same_epochs && total === saved.total_steps) return 'yes';
  if (saved.lengths === undefined) return 'unsaid';
  const {least_steps, most_steps, any_epochs} = saved.lengths;
  const named = total >= least_steps && total <= (most_steps ?? total);
  return named && (any_epochs || same_epochs) ? 'yes' : 'no';
}

function trainingOf({about}: SavedWork): SavedTraining | undefined {
  const {params, global_step, total_steps, steps_per_epoch} = about;
  const numbers = [global_step, total_steps, steps_per_epoch];
  if (!numbers.every((value) => typeof value === 'number') || typeof params !== 'object' || params === null)
    return undefined;
  return asWritten<SavedTraining>(about);
}
