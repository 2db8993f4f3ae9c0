import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import type {Recipe} from '../adapter/recipe.js';
import {makeFolder} from '../base/make-folder.js';
import type {Problem} from '../base/problem.js';
import {appendFile, writeFile} from '../base/write-file.js';
import type {Metric} from '../format/training-metrics.js';
import {loadAddon} from '../native/addon.js';
import type {MemoryPlan} from '../native/plan.js';
import {openTrainer, type Trainer} from '../native/trainer.js';
import {memorisedText} from '../stage/likeness.js';
import {trainingVerdict, verdictText, warningCode} from '../stage/training-verdict.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {type MemoryAtHand, memoryAtHand, refuseWhatCannotFit} from './forecast/refuse.js';
import {componentDir} from './model-input.js';
import {silenceFile} from './silence.js';
import {KeptFolders, writeAdapter} from './train/checkpoints.js';
import {type ClipMaker, prepareClips} from './train/clips.js';
import {longestClip} from './train/longest-clip.js';
import {TrainingLoop} from './train/loop.js';
import {lossPicture} from './train/loss-picture.js';
import {openMetrics} from './train/metrics.js';
import {engineOptions, trainParams} from './train/options.js';
import {provenanceOf} from './train/provenance.js';
import {type RanksSetup, startRanks} from './train/ranks.js';
import {recipeOf} from './train/recipe.js';
import {findStart} from './train/resume.js';
import {holdOut, repeated, resolveSamples, type Split} from './train/samples.js';

/**
 * Trains an adapter: opens the run where it left off, steps until it is finished or asked to stop, and leaves `adapter/`
 * (the adapter, flat; checkpoints; metrics; a picture of the loss) and `summary.json`.
 */
export const train: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  emit({kind: 'phase_started', phase: 'loading the model'});
  const split = await splitSamples(context);
  const addon = loadAddon(job.addon!); // the runner gives it to every stage whose numerics are the engine's
  const clips = await prepareClips(context, addon, split);
  const longest = longestClip(job);
  const ranks = ranksIn(job);
  const {limit_bytes, spare_bytes} = shareOf(await memoryAtHand(addon, job), ranks);
  const setup = {
    model_folder: componentDir(job.inputs.model, 'dit'),
    samples: repeated(split.training),
    validation_samples: repeated(split.validation),
    silence_latent: await silenceFile(context),
    options: await engineOptions(context),
    precision: job.precision,
    device: job.device,
    threads: threadsOf(job, ranks),
    memory_limit_bytes: spare_bytes,
    ranks: ranks.length,
    ...(longest && {longest_clip: longest}),
  };
  await refuseWhatCannotFit(addon, job, {setup, limit_bytes});
  const parts = {split, ...(clips && {clips})};
  const open = () => openTrainer(addon, setup, {signal});
  if (ranks.length > 1) return trainTogether(context, {addon, setup, devices: ranks}, {open, parts});
  await using trainer = await open();
  return await runTraining(context, trainer, parts); // the trainer closes when this function is left
};

interface Training {
  readonly open: () => Promise<Trainer>;
  readonly parts: TrainingParts;
}

/** This worker is rank 0 of several; the others are there from before the model is loaded until nothing is left to compute. */
async function trainTogether(
  context: WorkerContext,
  setup: RanksSetup,
  {open, parts}: Training,
): Promise<'done' | 'stopped'> {
  const ranks = await startRanks(context, setup);
  try {
    await using trainer = await open();
    await ranks.join(trainer);
    const how = await runTraining(context, trainer, parts);
    await ranks.dismiss(trainer);
    return how;
  } catch (error) {
    throw await ranks.reasonFor(error);
  } finally {
    ranks.end();
  }
}

/** More than an update has micro-batches would have nothing to do. */
function ranksIn({rank_devices, params}: WorkerContext['job']): readonly string[] {
  return rank_devices.slice(0, Number(params.gradient_accumulation_steps));
}

/** Ranks on a CPU share its threads; results do not depend on how many there are. */
function threadsOf({threads, device}: WorkerContext['job'], ranks: readonly string[]): number | undefined {
  if (ranks.length === 1 || device !== 'cpu') return threads;
  return Math.max(1, Math.floor((threads ?? availableParallelism()) / ranks.length));
}

/** So they do its memory. */
function shareOf({limit_bytes, spare_bytes}: MemoryAtHand, ranks: readonly string[]): MemoryAtHand {
  const share = ranks.filter((device) => device === ranks[0]).length;
  return {limit_bytes: Math.floor(limit_bytes / share), spare_bytes: Math.floor(spare_bytes / share)};
}

export interface TrainingParts {
  readonly split: Split;
  readonly clips?: ClipMaker;
}

/** From an open trainer to the stage's outputs, taking up what an interrupted attempt left. */
export async function runTraining(
  context: WorkerContext,
  trainer: Trainer,
  {split, clips}: TrainingParts,
): Promise<'done' | 'stopped'> {
  const {job, emit, log} = context;
  const {memory, shape} = trainer;
  emit({
    kind: 'memory',
    resident_bytes: process.memoryUsage().rss,
    device_bytes: memory.total_bytes,
    device: job.device,
    optimizer_bytes: memory.optimizer_bytes,
    trained_parameters: memory.trained_parameters,
  });
  log(
    `${memory.adapted_modules} modules, ${memory.trained_parameters} parameters, ${shape.total_steps} steps`,
  );
  const kept = new KeptFolders(job.partial_dir);
  const start = await findStart(context, {trainer, kept});
  const {global_step, clip_files, tally} = start;
  const metrics = await openMetrics(context, {path: kept.metrics, kept: start.metrics, global_step, tally});
  await clips?.takeUp(global_step, clip_files);
  const recipe = await recipeOf(job);
  const loop = new TrainingLoop({
    ...{context, trainer, kept, metrics, split, recipe, start},
    ...(clips && {clips}),
  });
  try {
    if (start.origin === 'other_state') await loop.describeState(); // from here on it is this run's own
    if ((await loop.run()) === 'stopped') return 'stopped';
    await writeResult(context, {loop, kept, split, recipe});
    return 'done';
  } finally {
    await metrics.close();
  }
}

async function splitSamples(context: WorkerContext): Promise<Split> {
  const {validation, seed} = trainParams(context);
  const samples = await resolveSamples(context, 'tensors');
  if (validation.tensors === undefined) {
    const split = holdOut(samples, validation.fraction, seed);
    if (validation.fraction > 0 && split.validation.length === 0)
      context.emit({kind: 'stage_warning', problem: nothingHeldOut(samples.length)});
    return split;
  }
  return {training: samples, validation: await resolveSamples(context, 'validation.tensors')};
}

function nothingHeldOut(samples: number): Problem {
  return {
    code: 'train/nothing-held-out',
    message: `Nothing is validated although \`validation.fraction\` asks for it: of ${samples} song none can be held out`,
    hint: 'Validation needs two songs at least, or `validation.tensors` with songs of their own.',
  };
}

interface Result {
  readonly loop: TrainingLoop;
  readonly kept: KeptFolders;
  readonly split: Split;
  readonly recipe: Recipe | undefined;
}

async function writeResult(context: WorkerContext, {loop, kept, split, recipe}: Result): Promise<void> {
  const {job, emit} = context;
  emit({kind: 'phase_started', phase: 'writing the adapter'});
  const target = join(job.out_dir, 'adapter');
  await makeFolder(target);
  const provenance = provenanceOf(context, {split, recipe}, loop.position);
  await writeAdapter(target, loop.adapterFolder(provenance));
  const {progress} = loop.position;
  await kept.copyInto(target, loop.keptSeal());
  const {kept: measured, ending} = await loop.metrics();
  for (const metric of ending) await appendFile(join(target, 'metrics.jsonl'), `${JSON.stringify(metric)}\n`);
  await writeFile(join(target, 'loss.svg'), lossPicture([...measured, ...ending]));
  reportVerdict(context, {metrics: measured, best: progress.best?.epoch ?? null});
  const {shape, modules} = loop.trainer;
  const memory = ofTheRun(loop.trainer.memory);
  const summary = {
    ...provenance,
    best: progress.best,
    early_stop: loop.position.stopped_early,
    validation_samples: split.validation.length,
    shape,
    memory,
    modules,
  };
  await writeFile(join(job.out_dir, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

/** What is kept of activations, and which weights wait on the host, follows the memory that was free: an output says nothing of it, the run
 * record does. */
function ofTheRun({
  weights_bytes: _weights,
  host_bytes: _host,
  streamed_layers: _layers,
  streamed_bytes: _streamed,
  arena_bytes: _arena,
  sampling_bytes: _sampling,
  total_bytes: _total,
  flops_per_micro_step: _flops,
  recomputation: _recomputation,
  ...memory
}: MemoryPlan) {
  return memory;
}

/** Says what the panel says; bad news is a warning, which a cached training repeats. */
function reportVerdict(
  {emit, log}: Pick<WorkerContext, 'emit' | 'log'>,
  {metrics, best}: {readonly metrics: readonly Metric[]; readonly best: number | null},
): void {
  const verdict = trainingVerdict(metrics.filter((metric) => metric.kind === 'validation'));
  const memorised = memorisedText(metrics.filter((metric) => metric.kind === 'sample'));
  const message = [verdictText(verdict, {best}), memorised].filter((text) => text !== '').join('; ');
  const code = warningCode(verdict);
  const hint = 'docs/results.md says how a training is judged.';
  if (code === undefined) log(message);
  else emit({kind: 'stage_warning', problem: {code, message, hint}});
}
