import {readdir} from 'node:fs/promises';
import {extname, join} from 'node:path';
import type {JsonObject} from '../../base/json.js';
import type {MemoryForecast, StageMemory} from '../../event/memory-forecast.js';
import type {Addon} from '../../native/addon.js';
import type {SampleFiles} from '../../native/plan.js';
import {type PlannedStep, type PlanSetup, planStep, type SampleLengths} from '../../native/plan.js';
import type {MemoryQuestion} from '../../protocol/message.js';
import {joinedLists} from '../../stage/joined.js';
import {LATENT_HZ} from '../../stage/latent-rate.js';
import {paramsToJson, valueAt} from '../../stage/param.js';
import {objectPathIn} from '../context.js';
import {componentDir} from '../model-input.js';
import {longestClip} from '../train/longest-clip.js';
import {engineOptions} from '../train/options.js';
import {collectedSamples, publishedSamples, type TrainingSample} from '../train/samples.js';
import {changesFor, type MemorySaving, rankChanges} from './change.js';
import {forecastClips} from './generation.js';

/** What a training or estimating step takes, and if that is too much, what would lower it. */
export async function forecastStep(addon: Addon, question: MemoryQuestion): Promise<StageMemory> {
  const samples = await samplesOf(question);
  if (samples.kind === 'later') return samples;
  const {uses, device, limit_bytes, bounds} = question;
  const setup = {...(await setupOf(question)), ...samples.setup};
  const step = {addon, uses, device, limit_bytes, bounds, setup};
  const {memory} = await plan(step);
  const clips = uses === 'train' ? await forecastClips(addon, question, memory) : undefined;
  return {kind: 'known', ...(await forecastOf(step)), ...(clips && {clips})};
}

export interface Step extends Pick<MemoryQuestion, 'uses' | 'device' | 'limit_bytes' | 'bounds'> {
  readonly addon: Addon;
  readonly setup: PlanSetup;
}

export async function forecastOf(step: Step): Promise<MemoryForecast> {
  const {device, limit_bytes, bounds} = step;
  const planned = await plan(step);
  const fits = await judge(step, planned);
  const {longest_frames, longest_tokens} = planned.shape;
  return {
    ...bytesOf(planned),
    device,
    limit_bytes,
    lengths: bounds === undefined ? 'known' : 'at_most',
    latent_frames: longest_frames,
    condition_tokens: longest_tokens,
    fits,
    suggestions: fits === 'yes' ? [] : await suggest(step, planned),
  };
}

/** The same step, with all that planning it found. Throws what the training would throw. */
export async function plannedStep(addon: Addon, question: MemoryQuestion): Promise<PlannedStep | undefined> {
  const samples = await samplesOf(question);
  if (samples.kind === 'later') return undefined;
  const setup = {...(await setupOf(question)), ...samples.setup};
  return plan({addon, uses: question.uses, limit_bytes: question.limit_bytes, setup});
}

/** Activations are kept within what the device has, or within what the setup says is left of it. */
function plan(
  {addon, uses, limit_bytes, setup}: Pick<Step, 'addon' | 'uses' | 'limit_bytes' | 'setup'>,
  changed: Partial<PlanSetup> = {},
): Promise<PlannedStep> {
  const method = uses === 'estimate' ? 'plan_estimate' : 'plan_training';
  return planStep(addon, method, {memory_limit_bytes: limit_bytes, ...setup, ...changed});
}

function bytesOf({memory}: PlannedStep) {
  const {recomputation, streamed_layers, streamed_bytes, weights_bytes, optimizer_bytes, total_bytes} =
    memory;
  const adapter_bytes = memory.adapter_bytes + memory.ema_bytes;
  const activation_bytes = memory.arena_bytes + memory.batch_bytes + memory.sampling_bytes;
  return {
    ...(recomputation.layers > 0 && {recomputation}),
    ...(streamed_layers > 0 && {streaming: {streamed_layers, streamed_bytes}}),
    weights_bytes,
    adapter_bytes,
    optimizer_bytes,
    activation_bytes,
    overhead_bytes: total_bytes - weights_bytes - adapter_bytes - optimizer_bytes - activation_bytes,
    total_bytes,
  } satisfies Partial<MemoryForecast>;
}

/** Samples that are not there yet may be shorter than their bound: it is refused only if no length would fit. */
async function judge(step: Step, {memory}: PlannedStep): Promise<MemoryForecast['fits']> {
  const {limit_bytes, bounds} = step;
  if (memory.total_bytes <= limit_bytes) return 'yes';
  if (bounds === undefined) return 'no';
  const lengths: SampleLengths = {samples: bounds.samples, frames: 1, tokens: 1};
  return (await plan(step, {lengths})).memory.total_bytes <= limit_bytes ? 'perhaps' : 'no';
}

async function setupOf({
  uses,
  inputs,
  params,
  precision,
  device,
  spare_bytes,
  ranks,
}: MemoryQuestion): Promise<PlanSetup> {
  const {model: _model, tensors: _tensors, ...own} = paramsToJson(params);
  const options = uses === 'train' ? await engineOptions({job: {params, inputs}}) : own;
  const longest_clip = uses === 'train' ? longestClip({params, inputs}) : undefined;
  return {
    model_folder: componentDir(inputs.model, 'dit'),
    options,
    precision,
    device,
    ...(spare_bytes !== undefined && {memory_limit_bytes: spare_bytes}),
    ...(longest_clip && {longest_clip}),
    ...(ranks !== undefined && {ranks}),
  };
}

type Samples =
  | {readonly kind: 'setup'; readonly setup: Pick<PlanSetup, 'samples' | 'silence_latent' | 'lengths'>}
  | Extract<StageMemory, {kind: 'later'}>;

async function samplesOf(question: MemoryQuestion): Promise<Samples> {
  const {bounds} = question;
  if (bounds !== undefined) return {kind: 'setup', setup: {lengths: lengthsOf(bounds)}};
  const files: SampleFiles[] = [];
  const lists = ['tensors', 'validation.tensors'].flatMap((param) => joinedLists(question.params, param));
  for (const {param} of lists) {
    const found = await sampleFiles(question, param);
    if (found === 'torch') return {kind: 'later', reason: '.pt samples are read when the stage begins'};
    files.push(...found);
  }
  const silence_latent = join(componentDir(question.inputs.model, 'silence_latent'), 'silence_latent.pt');
  return {kind: 'setup', setup: {samples: files, silence_latent}};
}

function lengthsOf({samples, seconds, text_tokens, lyric_tokens}: NonNullable<MemoryQuestion['bounds']>) {
  // One token more: the place of a reference recording, which preprocessing leaves silent.
  return {samples, frames: Math.ceil(seconds * LATENT_HZ), tokens: text_tokens + lyric_tokens + 1};
}

async function sampleFiles(question: MemoryQuestion, param: string): Promise<SampleFiles[] | 'torch'> {
  const objectPath = objectPathIn(question.objects_dir);
  const collected = collectedSamples(question.inputs[param]?.json, ({hash}) => objectPath(hash));
  if (collected !== undefined) return filesOf(collected);
  const folder = valueAt(question.params, param);
  if (typeof folder !== 'string') return [];
  const published = await publishedSamples(folder);
  if (published !== undefined) return filesOf(published);
  const names = await readdir(folder);
  if (names.some((name) => extname(name) === '.pt')) return 'torch';
  const own = names.filter((name) => extname(name) === '.safetensors');
  return own.map((name) => ({name, files: [join(folder, name)]}));
}

function filesOf(samples: readonly TrainingSample[]): SampleFiles[] {
  return samples.map(({name, files}) => ({name, files}));
}

/** What a change leads to at the least; what is then left over goes to activations again. */
const FRUGAL: Partial<PlanSetup> = {memory_limit_bytes: 0};

/** One change after the other, each kept if it helps, until it fits. */
async function suggest(step: Step, planned: PlannedStep): Promise<MemoryForecast['suggestions']> {
  const {limit_bytes} = step;
  const suggestions: {change: string; total_bytes: number}[] = [];
  let options: JsonObject = step.setup.options;
  let total = planned.memory.total_bytes;
  const attempt = async (change: MemorySaving): Promise<void> => {
    const changed = change.apply(options);
    const {total_bytes} = (await plan(step, {options: changed, ...FRUGAL})).memory;
    if (total_bytes >= total) return;
    options = changed;
    total = total_bytes;
    suggestions.push({change: change.text, total_bytes});
  };
  for (const change of changesFor(step.uses, options)) if (total > limit_bytes) await attempt(change);
  if (total > limit_bytes) await lowerRank(step, {options, total, attempt});
  return suggestions;
}

/** The largest rank that fits, or the smallest there is. */
async function lowerRank(
  step: Step,
  at: {
    readonly options: JsonObject;
    readonly total: number;
    readonly attempt: (change: MemorySaving) => Promise<void>;
  },
): Promise<void> {
  const ranks = rankChanges(at.options);
  for (const [index, change] of ranks.entries()) {
    const {memory} = await plan(step, {options: change.apply(at.options), ...FRUGAL});
    const last = index === ranks.length - 1;
    if (memory.total_bytes <= step.limit_bytes || last) return at.attempt(change);
  }
}
