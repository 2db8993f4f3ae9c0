import type {Fingerprint} from '../../base/hash.js';
import {asWritten, type Json} from '../../base/json.js';
import type {SealedFile} from '../../base/seal.js';
import type {StepMetric} from '../../format/training-metrics.js';
import type {Trainer} from '../../native/trainer.js';
import type {SavedTraining} from '../../stage/train-extension.js';
import type {WorkerContext} from '../context.js';
import type {SavedState} from '../partial-state.js';
import type {KeptFolders} from './checkpoints.js';
import {trainParams} from './options.js';
import {freshProgress, type ProgressState} from './progress-state.js';
import type {TrainingPoint} from './provenance.js';
import {restateKept} from './restate.js';
import {resumeFrom} from './resume-from.js';
import {emptyTally, type TimestepTallyState} from './timestep-tally.js';

/** What is saved beside the engine's own state. */
export interface SavedAbout extends TrainingPoint, SavedTraining {
  /** Of the very stage instance that saved it; a longer or shorter run has another. */
  readonly fingerprint: Fingerprint;
  readonly global_step: number;
  readonly progress: ProgressState;
  /** The newest; absent in states of earlier versions. */
  readonly last_step?: StepMetric | null;
  /** What the metrics to come count on; absent in states of earlier versions. */
  readonly tally?: TimestepTallyState;
  /** Absent: false. */
  readonly clips_due?: boolean;
  /** The clips that were made, below the folder of clips. */
  readonly clip_files: readonly SealedFile[];
}

/** Where a run takes up its work. */
export interface StartingPoint extends TrainingPoint {
  readonly progress: ProgressState;
  readonly last_step: StepMetric | null;
  readonly tally: TimestepTallyState;
  /** Whether the clips of this step are still to be made. */
  readonly clips_due: boolean;
  readonly clip_files: readonly SealedFile[];
  /** The metrics up to here; undefined where they begin. */
  readonly metrics: SealedFile | undefined;
  /** `other_state`: of another length of this work. `elsewhere`: the state that `resume_from` names. */
  readonly origin: 'nothing' | 'own_state' | 'other_state' | 'elsewhere';
}

const FROM_THE_START: StartingPoint = {
  global_step: 0,
  epoch: 0,
  loss: null,
  progress: freshProgress,
  last_step: null,
  tally: emptyTally,
  clips_due: false,
  clip_files: [],
  metrics: undefined,
  origin: 'nothing',
};

/**
 * Puts the trainer where this run takes up its work: at the state in its partial folder (its own, or one of another length of
 * the same work that the plan chose and the runner put there), else at `resume_from`, else at the beginning.
 */
export async function findStart(context: WorkerContext, {trainer, kept}: Parts): Promise<StartingPoint> {
  const saved = await context.partial.newest();
  const about = saved && asWritten<SavedAbout>(saved.about);
  // What this very run saved continues in any case: a fresh start or a fork happens once, not after every interruption.
  if (about?.fingerprint === context.job.fingerprint) return continueOwn(context, {trainer, kept}, saved!);
  if (about !== undefined) return continueOther(context, {trainer, kept}, saved!);
  const resumed = await resumeFrom(context, {trainer, kept});
  if (resumed === undefined) return FROM_THE_START;
  return {...FROM_THE_START, global_step: resumed.global_step, origin: 'elsewhere'};
}

interface Parts {
  readonly trainer: Trainer;
  readonly kept: KeptFolders;
}

async function continueOwn(
  {log}: WorkerContext,
  {trainer, kept}: Parts,
  {dir, about, seal}: SavedState,
): Promise<StartingPoint> {
  const {clips_due = false, last_step = null, tally = emptyTally, ...own} = asWritten<SavedAbout>(about);
  const {global_step, epoch, loss, progress, clip_files} = own;
  await trainer.load(dir, 'exact');
  kept.takeUp(seal);
  log(`continuing the saved state of step ${global_step}`);
  const [metrics] = seal.beginnings;
  return {
    global_step,
    epoch,
    loss,
    progress,
    last_step,
    tally,
    clips_due,
    clip_files,
    metrics,
    origin: 'own_state',
  };
}

/** Another length of this work goes on from where it was, and what it kept on the way becomes this run's own. */
async function continueOther(
  context: WorkerContext,
  {trainer, kept}: Parts,
  saved: SavedState,
): Promise<StartingPoint> {
  const about = asWritten<SavedAbout>(saved.about);
  if (trainParams(context).resume === 'fork') {
    await trainer.load(saved.dir, 'fork');
    context.log(`forking the saved state of step ${about.global_step}`);
    return FROM_THE_START;
  }
  const start = await continueOwn(context, {trainer, kept}, saved);
  await restateKept(kept, {trainer, job: context.job});
  return {...start, origin: 'other_state'};
}

export function savedAbout(about: SavedAbout): {readonly [key: string]: Json} {
  return JSON.parse(JSON.stringify(about)) as {[key: string]: Json};
}
