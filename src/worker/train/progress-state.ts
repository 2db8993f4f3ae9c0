import type {TrainParams} from './options.js';

/** What the loop remembers between epochs; part of every saved state, so that a resumed run decides the same. */
export interface ProgressState {
  /** Newest last; at most `best_window` epoch losses. */
  readonly recent: readonly number[];
  /** Lowest watched loss so far and the epoch it belongs to. */
  readonly best: {readonly loss: number; readonly epoch: number} | null;
  /** Epochs without an improvement larger than `early_stop.min_delta`. */
  readonly stale_epochs: number;
  /** Lowest loss that early stopping saw. */
  readonly lowest: number | null;
  /** Folders below `checkpoints/`, oldest first. */
  readonly checkpoints: readonly string[];
}

export const freshProgress: ProgressState = {
  recent: [],
  best: null,
  stale_epochs: 0,
  lowest: null,
  checkpoints: [],
};

export interface EpochEnd {
  readonly epoch: number;
  /** Mean training loss of the epoch; null when no step of it was finite. */
  readonly loss: number | null;
  readonly validation: EpochValidation;
}

export type EpochValidation =
  /** No sample is held out: the training loss is watched. */
  | {readonly kind: 'none'}
  /** Not this epoch: nothing is decided, since losses of two kinds cannot be compared. */
  | {readonly kind: 'not_due'}
  /** `epochs`: how many have passed since the last one. */
  | {readonly kind: 'measured'; readonly loss: number | null; readonly epochs: number};

/** What the end of an epoch means: whether this is the best state so far, and whether to stop. */
export interface EpochDecision {
  readonly state: ProgressState;
  readonly is_best: boolean;
  readonly stops_early: boolean;
}

/**
 * Pure. The watched loss is the validation loss where samples are held out, else the mean of the last `best_window` epochs'
 * training losses, which is less noisy than one.
 */
export function decideEpoch(
  state: ProgressState,
  end: EpochEnd,
  params: Pick<TrainParams, 'checkpoint' | 'early_stop'>,
): EpochDecision {
  const {checkpoint, early_stop} = params;
  const {validation} = end;
  const recent =
    end.loss === null ? state.recent : [...state.recent, end.loss].slice(-checkpoint.best_window);
  if (validation.kind === 'not_due') return {state: {...state, recent}, is_best: false, stops_early: false};
  const watched = validation.kind === 'measured' ? validation.loss : mean(recent);
  const better = (than: number | null, by: number) =>
    watched !== null && (than === null || watched < than - by);
  const is_best =
    checkpoint.keep_best > 0 &&
    end.epoch > checkpoint.best_after_epoch &&
    better(state.best?.loss ?? null, checkpoint.best_min_delta);
  const improved = better(state.lowest, early_stop.min_delta);
  const stale_epochs = improved
    ? 0
    : state.stale_epochs + (validation.kind === 'measured' ? validation.epochs : 1);
  return {
    state: {
      ...state,
      recent,
      best: is_best ? {loss: watched!, epoch: end.epoch} : state.best,
      lowest: improved ? watched : state.lowest,
      stale_epochs,
    },
    is_best,
    stops_early: outOfPatience({stale_epochs}, early_stop),
  };
}

/** Also asked of a saved state: a run that stopped early and was killed before it was done does not go on. */
export function outOfPatience(
  {stale_epochs}: Pick<ProgressState, 'stale_epochs'>,
  {patience}: TrainParams['early_stop'],
): boolean {
  return patience > 0 && stale_epochs >= patience;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Adds a checkpoint; returns those that `keep_last` lets go (0 keeps all), but for every `keep_every`-th. */
export function rotate(
  state: ProgressState,
  name: string,
  checkpoint: KeepRule,
): {readonly state: ProgressState; readonly dropped: readonly string[]} {
  const {keep_last} = checkpoint;
  const all = [...state.checkpoints.filter((other) => other !== name), name];
  const newest = keep_last > 0 ? all.slice(-keep_last) : all;
  const stays = (each: string) => newest.includes(each) || isLasting(each, checkpoint);
  return {
    state: {...state, checkpoints: all.filter(stays)},
    dropped: all.filter((each) => !stays(each)),
  };
}

type KeepRule = Pick<TrainParams['checkpoint'], 'every_epochs' | 'every_steps' | 'keep_last' | 'keep_every'>;

/** By its own name, `epoch_50` or `step_400`, so that a resumed run says the same. */
function isLasting(name: string, {every_epochs, every_steps, keep_every}: KeepRule): boolean {
  const [kind, number] = name.split('_');
  const cadence = (kind === 'epoch' ? every_epochs : every_steps) * keep_every;
  return cadence > 0 && Number(number) % cadence === 0;
}
