import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {readProvenance} from '../../adapter/provenance.js';
import {namesIn} from '../../base/folder.js';
import type {Fingerprint} from '../../base/hash.js';
import type {Json} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';
import type {RunShape, Trainer} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import type {SavedState} from '../partial-state.js';
import {type LoopParams, loopParams} from './options.js';
import {freshProgress, type ProgressState} from './progress-state.js';
import type {Standing} from './provenance.js';

/** What is saved beside the engine's own state. */
export interface SavedAbout extends Standing {
  /** Of the very stage instance that saved it; a longer or shorter run has another. */
  readonly fingerprint: Fingerprint;
  readonly total_steps: number;
  readonly progress: ProgressState;
}

/** Where a run takes up its work. */
export interface StartingPoint extends Standing {
  readonly progress: ProgressState;
  /** `elsewhere`: the state that `resume_from` names. */
  readonly origin: 'nothing' | 'own_state' | 'elsewhere';
}

const FROM_THE_START: StartingPoint = {
  global_step: 0,
  epoch: 0,
  loss: null,
  progress: freshProgress,
  origin: 'nothing',
};

/**
 * Puts the trainer where this run left off: at its own interrupted (or shorter) state, else at `resume_from`, else at the
 * start. Throws `train/extension-changes-schedule` when a longer run cannot continue exactly, `train/shorter-than-saved` when
 * the saved state is beyond this run's end, and the user chose neither `resume: fork` nor `resume: fresh`.
 */
export async function findStart(context: WorkerContext, trainer: Trainer): Promise<StartingPoint> {
  const params = loopParams(context);
  const saved = await context.partial.newest();
  const about = saved?.about as unknown as SavedAbout | undefined;
  // What this very run saved continues in any case: a fresh start or a fork happens once, not after every interruption.
  if (about?.fingerprint === context.job.fingerprint) return continueOwn(context, trainer, saved!);
  if (about !== undefined && params.resume !== 'fresh') return continueOther(context, trainer, saved!);
  const folder = await resumeFolder(context, params);
  if (folder === undefined) return FROM_THE_START;
  const {global_step} = await trainer.load(folder, params.resume === 'fork' ? 'fork' : 'exact');
  context.log(`continuing ${folder} at step ${global_step}`);
  return {...FROM_THE_START, global_step, origin: 'elsewhere'};
}

async function continueOwn(
  {log}: WorkerContext,
  trainer: Trainer,
  {dir, about}: SavedState,
): Promise<StartingPoint> {
  const {global_step, epoch, loss, progress} = about as unknown as SavedAbout;
  await trainer.load(dir, 'exact');
  log(`continuing the saved state of step ${global_step}`);
  return {global_step, epoch, loss, progress, origin: 'own_state'};
}

/** A run that differs in what may be extended (epochs, checkpoints, early stopping) goes on where the other stood. */
async function continueOther(
  context: WorkerContext,
  trainer: Trainer,
  saved: SavedState,
): Promise<StartingPoint> {
  const about = saved.about as unknown as SavedAbout;
  const {shape} = trainer;
  if (loopParams(context).resume === 'fork') {
    await trainer.load(saved.dir, 'fork');
    context.log(`forking the saved state of step ${about.global_step}`);
    return FROM_THE_START;
  }
  if (about.global_step > shape.total_steps) throw shorter(about, shape);
  const sameSchedule = keepsSchedule(context.job.params.schedule as unknown as ScheduleParams, {
    before: about.total_steps,
    after: shape.total_steps,
    prodigy: (context.job.params.optimizer as unknown as {type: string}).type === 'prodigy',
  });
  if (!sameSchedule) throw changesSchedule(about, shape);
  return continueOwn(context, trainer, saved);
}

interface ScheduleParams {
  readonly type: string;
  readonly warmup_steps: number;
}

/**
 * Whether a run of another length has the same learning rates up to where it is: only where the schedule does not look at
 * the length, and its warm-up (at most a tenth of the run) is not cut differently. Prodigy makes schedules constant.
 */
export function keepsSchedule(
  {type, warmup_steps}: ScheduleParams,
  {before, after, prodigy}: {readonly before: number; readonly after: number; readonly prodigy: boolean},
): boolean {
  if (before === after) return true;
  const constant = type === 'constant' || type === 'constant_with_warmup' || (prodigy && type !== 'custom');
  const warmup = (total: number) => Math.min(warmup_steps, Math.max(1, Math.floor(total / 10)));
  return constant && warmup(before) === warmup(after);
}

function changesSchedule(saved: SavedAbout, shape: RunShape): SidestepError {
  return new SidestepError({
    code: 'train/extension-changes-schedule',
    message: `This run was trained for ${saved.total_steps} steps and now has ${shape.total_steps}: the learning rates of the steps already taken would have been others, so it cannot continue exactly`,
    hint: 'Choose: `resume: fork` goes on from its weights with a new schedule, `resume: fresh` trains anew. Runs with a constant schedule can always be extended.',
  });
}

function shorter(saved: SavedAbout, shape: RunShape): SidestepError {
  return new SidestepError({
    code: 'train/shorter-than-saved',
    message: `This run was trained to step ${saved.global_step} and now ends at step ${shape.total_steps}, which lies behind it`,
    hint: 'Choose: `resume: fresh` trains the shorter run anew, `resume: fork` goes on from the weights of the longer one. A checkpoint on the way may be what you want: `checkpoint` of the export stage names it.',
  });
}

/** The folder named by `resume_from`; of a train stage's output, its newest checkpoint. */
async function resumeFolder({job}: WorkerContext, params: LoopParams): Promise<string | undefined> {
  if (params.resume_from === undefined) return undefined;
  const root = job.inputs.resume_from?.path ?? params.resume_from;
  if (await isCheckpoint(root)) return root;
  const newest = await newestCheckpoint(join(root, 'checkpoints'));
  if (newest !== undefined) return newest;
  throw new SidestepError({
    code: 'train/checkpoint-missing',
    message: `${root} holds no training_state.safetensors and no checkpoints`,
    hint: 'Name a checkpoint folder such as output/checkpoints/epoch_50.',
  });
}

async function isCheckpoint(folder: string): Promise<boolean> {
  return stat(join(folder, 'training_state.safetensors')).then(
    () => true,
    () => false,
  );
}

/** By the step each was written at: epoch_50 may well be newer than step_400. */
async function newestCheckpoint(folder: string): Promise<string | undefined> {
  let newest: {readonly path: string; readonly step: number} | undefined;
  for (const name of namesIn(folder).sort()) {
    const path = join(folder, name);
    if (!(await isCheckpoint(path))) continue;
    const step = (await readProvenance(path))?.global_step ?? Number(/\d+/.exec(name)?.[0] ?? 0);
    if (newest === undefined || step >= newest.step) newest = {path, step};
  }
  return newest?.path;
}

export function savedAbout(about: SavedAbout): {readonly [key: string]: Json} {
  return JSON.parse(JSON.stringify(about)) as {[key: string]: Json};
}
