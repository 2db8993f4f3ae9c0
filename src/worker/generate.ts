import {join} from 'node:path';
import {contentHash} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import {writeFile} from '../base/write-file.js';
import {type Addon, loadAddon} from '../native/addon.js';
import type {Condition} from '../native/engine.js';
import {
  type AudioDecoder,
  type Generator,
  openAudioDecoder,
  openGenerator,
  type SamplerOptions,
} from '../native/generate.js';
import type {PartJob} from '../protocol/message.js';
import {LATENT_HZ, samplerOptions} from '../stage/clip.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {type ClipFormat, expectEncoder, loudnessProblem, SAMPLE_RATE, writeClip} from './listen/clip-file.js';
import {encodeTexts, type PieceTexts, textsOf, type Words} from './listen/conditions.js';
import {usableAdapter} from './listen/usable-adapter.js';
import {componentDir} from './model-input.js';
import {spectrogram} from './picture/spectrogram.js';
import {SampleWork} from './sample-work.js';
import {contextOf, silentLatents} from './silence.js';

/** A clip that is still to be made, with the parts of it that are missing. */
interface Take {
  readonly parts: readonly PartJob[];
  readonly clip: Words & {readonly frames: number; readonly seed: number; readonly strength: number};
  readonly texts: PieceTexts;
}

/**
 * Makes the missing clips: what cannot be is refused before anything is loaded; then the conditions of all prompts, then clip
 * after clip through transformer and VAE, each safe in the cache as soon as it is written.
 */
export const generate: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  const takes = takesOf(context);
  const format = job.params as unknown as ClipFormat; // validated by the stage's schema
  await expectEncoder(format);
  const isAdapted = takes.some(({clip}) => clip.strength !== 0);
  const adapter = isAdapted ? await usableAdapter(context) : undefined;
  const addon = loadAddon(job.addon!); // the runner gives it to every stage whose numerics are the engine's
  emit({kind: 'phase_started', phase: 'encoding prompts'});
  const conditions = await conditionsOf(takes, context, addon);
  emit({kind: 'phase_started', phase: 'loading the model'});
  await using generator = await openGenerator(addon, {
    model_path: componentDir(job.inputs.model, 'dit'),
    adapter: adapter === undefined ? null : {path: adapter},
    ...job,
  });
  await using decoder = await openAudioDecoder(addon, componentDir(job.inputs.model, 'vae'), job);
  const sampler = samplerOptions(job.params, job.inputs.model!.json!);
  const work = new SampleWork(context);
  const making = {phase: 'making clips', unit: 'clips', seconds: ({clip}: Take) => clip.frames / LATENT_HZ};
  await work.makeAll(making, takes, (take) => {
    const condition = conditions.get(keyOf(take.texts))!;
    return work.make(take.parts[0]!, () =>
      makeClip(context, take, {generator, decoder, sampler, condition, format}),
    );
  });
  return signal.aborted ? 'stopped' : 'done';
};

/** Parts of one clip are made together: its sound and the picture of it. */
function takesOf({job}: WorkerContext): Take[] {
  const bySample = new Map<string, PartJob[]>();
  for (const part of job.parts) bySample.set(part.sample, [...(bySample.get(part.sample) ?? []), part]);
  return [...bySample.values()].map((parts) => {
    const clip = parts[0]!.work as unknown as Take['clip'];
    return {parts, clip, texts: textsOf(clip)};
  });
}

function keyOf({prompt, lyrics}: PieceTexts): string {
  return JSON.stringify([prompt, lyrics]);
}

async function conditionsOf(
  takes: readonly Take[],
  {job, signal}: WorkerContext,
  addon: Addon,
): Promise<Map<string, Condition>> {
  const texts = new Map(takes.map((take) => [keyOf(take.texts), take.texts]));
  const encoded = await encodeTexts([...texts.values()], {addon, job, signal});
  return new Map([...texts.keys()].map((key, index) => [key, encoded[index]!]));
}

interface Studio {
  readonly generator: Generator;
  readonly decoder: AudioDecoder;
  readonly sampler: SamplerOptions;
  readonly condition: Condition;
  readonly format: ClipFormat;
}

async function makeClip(context: WorkerContext, {parts, clip, texts}: Take, studio: Studio): Promise<void> {
  const {job, emit, signal} = context;
  const {seed, strength, frames} = clip;
  const {sample} = parts[0]!;
  const context_latents = contextOf(await silentLatents({job}, frames));
  const latents = await studio.generator.generate(
    {condition: studio.condition, context: context_latents},
    {seed, item: 0, strength, sampler: studio.sampler},
    {signal},
  );
  const audio = await studio.decoder.decode(latents, {}, {signal});
  const channels = channelsOf(audio);
  // Both parts are of one sound: whoever lacks one gets it from the very same samples.
  const [first] = parts as [PartJob];
  const file = fileFor(first, studio.format.format);
  const {channels: heard, ...loudness} = await writeClip(join(job.out_dir, file), channels, studio.format);
  const clipPart = parts.find(({part}) => part === 'clip');
  if (clipPart !== undefined) {
    const problem = loudnessProblem(sample, loudness, studio.format.bits);
    if (problem !== undefined) emit({kind: 'stage_warning', problem});
    const seconds = audio.samples / SAMPLE_RATE;
    await context.commitPart(clipPart, file, {...texts, ...loudness, seconds} as JsonObject);
  }
  const picturePart = parts.find(({part}) => part === 'spectrogram');
  if (picturePart === undefined) return;
  const picture = fileFor(picturePart, 'png');
  await writeFile(join(job.out_dir, picture), spectrogram({channels: heard, sample_rate: SAMPLE_RATE}));
  await context.commitPart(picturePart, picture, {});
}

function channelsOf({data, channels, samples}: {data: Float32Array; channels: number; samples: number}) {
  return Array.from({length: channels}, (_, i) => data.subarray(i * samples, (i + 1) * samples));
}

function fileFor({fingerprint}: PartJob, ending: string): string {
  return `${contentHash(fingerprint).slice(0, 32)}.${ending}`;
}
