import {join} from 'node:path';
import {readProvenance} from '../../adapter/provenance.js';
import {readAdapter} from '../../adapter/read.js';
import {namesIn} from '../../base/folder.js';
import type {JsonObject} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';
import {readSafetensorsHeader} from '../../format/safetensors-read.js';
import {isListed} from '../../format/user-file.js';
import type {Trainer} from '../../native/trainer.js';
import {
  differenceText,
  type ResumeDifference,
  resumeDifferences,
  withoutPlaces,
} from '../../stage/resume-differences.js';
import type {WorkerContext} from '../context.js';
import type {KeptFolders} from './checkpoints.js';
import {trainParams} from './options.js';
import {putSideStepState, readSideStepState, SIDE_STEP_STATE, type SideStepState} from './side-step-state.js';
import {putWeights, STATE_FILE, withState} from './state-tensors.js';

/** What `resume_from` leads to. */
type Found =
  | {readonly kind: 'checkpoint'; readonly folder: string}
  | {readonly kind: 'side_step'; readonly folder: string; readonly state: SideStepState}
  /** Weights alone: a warm start. */
  | {readonly kind: 'adapter'; readonly path: string};

interface Parts {
  readonly trainer: Trainer;
  readonly kept: KeptFolders;
}

/**
 * Puts the trainer at what `resume_from` names: a checkpoint of this program (its newest, of a training's folder), one of
 * Side-Step's (weights, optimizer, step), or any adapter (weights alone, from step 0). What differs in the configuration is
 * said, and refused where the result would be neither run. Undefined without `resume_from`.
 * Throws `train/checkpoint-missing`, `train/resume-differs`, `train/state-mismatch`, `adapter/*`.
 */
export async function resumeFrom(
  context: WorkerContext,
  parts: Parts,
): Promise<{readonly global_step: number} | undefined> {
  const {resume_from, resume} = trainParams(context);
  if (resume_from === undefined) return undefined;
  const found = await findState(context.job.inputs.resume_from?.path ?? String(resume_from));
  const fork = resume === 'fork';
  switch (found.kind) {
    case 'checkpoint':
      return ownCheckpoint(context, found.folder, parts);
    case 'side_step':
      if (fork) return warmStart(context, found.folder, parts);
      return sideStepCheckpoint(context, found, parts);
    case 'adapter':
      return warmStart(context, found.path, parts);
  }
}

async function ownCheckpoint(context: WorkerContext, folder: string, {trainer, kept}: Parts) {
  const {resume} = trainParams(context);
  const provenance = await readProvenance(folder);
  const differences =
    provenance === undefined ? [] : resumeDifferences(provenance.params, withoutPlaces(context.job.params));
  judge(context, differences, folder);
  if (differences.some(({param}) => param === 'optimizer.type'))
    return warmStart(context, rawWeights(folder), {trainer, kept});
  const {global_step} = await trainer.load(folder, resume === 'fork' ? 'fork' : 'exact');
  context.log(`continuing ${folder} at step ${global_step}`);
  return {global_step};
}

/** Beside a moving average are the weights themselves. */
function rawWeights(folder: string): string {
  const raw = join(folder, 'raw');
  return namesIn(raw).length > 0 ? raw : folder;
}

async function sideStepCheckpoint(
  context: WorkerContext,
  {folder, state}: Extract<Found, {kind: 'side_step'}>,
  {trainer, kept}: Parts,
) {
  judge(context, sideStepDifferences(state, withoutPlaces(context.job.params)), folder);
  const steps_per_epoch = trainer.shape.steps_per_epoch;
  const {global_step} = await withState({trainer, kept}, async (own) => {
    await putWeights(own, folder);
    putSideStepState(own.tensors, state, {steps_per_epoch});
  });
  context.log(
    `continuing ${state.path} at step ${global_step}: weights, optimizer and step are Side-Step's; a moving average begins here`,
  );
  return {global_step};
}

async function warmStart({log}: WorkerContext, path: string, parts: Parts) {
  await withState(parts, (own) => putWeights(own, path));
  log(`beginning at step 0 with the weights of ${path} and a fresh optimizer`);
  return {global_step: 0};
}

async function findState(root: string): Promise<Found> {
  const here = await stateIn(root);
  if (here !== undefined) return here;
  const newest = await newestIn(join(root, 'checkpoints'));
  if (newest !== undefined) return newest;
  const final = join(root, 'final'); // where Side-Step puts what it ends with
  for (const path of [root, final]) {
    if (!isListed(path)) continue;
    const adapter = await readAdapter(path).catch(notAnAdapter);
    if (adapter !== undefined) return {kind: 'adapter', path};
  }
  throw new SidestepError({
    code: 'train/checkpoint-missing',
    message: `${root} holds no training state (${STATE_FILE}, ${SIDE_STEP_STATE}), no checkpoints and no adapter`,
    hint: 'Name a checkpoint folder such as output/checkpoints/epoch_50, or an adapter to begin with.',
  });
}

function notAnAdapter(error: unknown): undefined {
  if (error instanceof SidestepError && error.problem.code === 'adapter/not-found') return undefined;
  throw error;
}

async function stateIn(folder: string): Promise<Exclude<Found, {kind: 'adapter'}> | undefined> {
  if (isListed(join(folder, STATE_FILE))) {
    // Side-Step writes a file of this name too, with two counters in it
    const {metadata} = await readSafetensorsHeader(join(folder, STATE_FILE));
    if ('format' in metadata || !isListed(join(folder, SIDE_STEP_STATE))) return {kind: 'checkpoint', folder};
  }
  const state = await readSideStepState(folder);
  return state === undefined ? undefined : {kind: 'side_step', folder, state};
}

/** By the step each was written at: epoch_50 may well be newer than step_400. */
async function newestIn(folder: string): Promise<Found | undefined> {
  let newest: {readonly found: Found; readonly step: number} | undefined;
  for (const name of namesIn(folder).sort()) {
    const path = join(folder, name);
    const found = await stateIn(path);
    if (found === undefined) continue;
    const step =
      found.kind === 'side_step'
        ? found.state.global_step
        : ((await readProvenance(path))?.global_step ?? Number(/\d+/.exec(name)?.[0] ?? 0));
    if (newest === undefined || step >= newest.step) newest = {found, step};
  }
  return newest?.found;
}

/** What Side-Step's states say of their runs, and where that is here. */
const SIDE_STEP_KEYS: Readonly<Record<string, string>> = {
  optimizer_type: 'optimizer.type',
  scheduler_type: 'schedule.type',
  warmup_steps: 'schedule.warmup_steps',
  learning_rate: 'optimizer.learning_rate',
};

function sideStepDifferences({config}: SideStepState, now: JsonObject): ResumeDifference[] {
  const own = (path: string) => path.split('.').reduce<unknown>((at, key) => (at as JsonObject)?.[key], now);
  const pairs = Object.entries(SIDE_STEP_KEYS).filter(([key]) =>
    ['string', 'number'].includes(typeof config.get(key)),
  );
  return pairs.flatMap(([key, param]) => {
    const before = config.get(key) as string | number;
    const is = own(param) as string | number | undefined;
    return before === is ? [] : [{param, before, now: is, means: 'fork' as const}];
  });
}

/** Says what is safe, refuses what is not. */
function judge(context: WorkerContext, differences: readonly ResumeDifference[], folder: string): void {
  const of = (means: ResumeDifference['means']) => differences.filter((each) => each.means === means);
  const texts = (some: readonly ResumeDifference[]) =>
    some.map((each) => `  ${differenceText(each)}`).join('\n');
  const refused = of('refused');
  if (refused.length > 0)
    throw new SidestepError({
      code: 'train/state-mismatch',
      message: `${folder} holds another adapter than this run trains:\n${texts(refused)}`,
      hint: 'Train the adapter that it holds, or begin without resume_from.',
    });
  const forks = of('fork');
  if (forks.length > 0 && trainParams(context).resume !== 'fork')
    throw new SidestepError({
      code: 'train/resume-differs',
      message: `${folder} was trained with other settings, so that to go on from it would be neither run:\n${texts(forks)}`,
      hint: 'Set them as they were, or write `resume: fork`: its weights, with these settings, from step 0.',
    });
  if (forks.length > 0) context.log(`forking with other settings:\n${texts(forks)}`);
  const safe = of('safe').filter(({param}) => !['resume', 'resume_from'].includes(param));
  if (safe.length > 0) context.log(`other settings that hold from here on:\n${texts(safe)}`);
}
