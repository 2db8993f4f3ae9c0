import {join} from 'node:path';
import {contentHash} from '../base/hash.js';
import {asWritten, type JsonObject} from '../base/json.js';
import {writeFile} from '../base/write-file.js';
import {type Addon, loadAddon} from '../native/addon.js';
import type {Condition} from '../native/engine.js';
import {
  type AudioDecoder,
  type ClipLatents,
  type Generator,
  openAudioDecoder,
  openGenerator,
  type SamplerOptions,
} from '../native/generate.js';
import type {PartJob} from '../protocol/message.js';
import {samplerOptions} from '../stage/clip.js';
import {LATENT_HZ} from '../stage/latent-rate.js';
import {isMemorised, repeatsText} from '../stage/likeness.js';
import {parametersOf} from '../stage/parameters.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {type ClipFormat, expectEncoder, loudnessProblem, SAMPLE_RATE, writeClip} from './listen/clip-file.js';
import {type ConditionTexts, conditionTexts, encodeTexts, type PieceWords} from './listen/conditions.js';
import {SongSearch} from './listen/nearest-song.js';
import {usableAdapter} from './listen/usable-adapter.js';
import {componentDir} from './model-input.js';
import {spectrogram} from './picture/spectrogram.js';
import {SampleWork} from './sample-work.js';
import {contextOf, silentLatents} from './silence.js';
import {resolveSamples} from './train/samples.js';

/** A clip that is still to be made, with the parts of it that are missing. */
interface Take {
  readonly parts: readonly PartJob[];
  readonly clip: PieceWords & {readonly frames: number; readonly seed: number; readonly strength: number};
  readonly texts: ConditionTexts;
}

/**
 * Makes the missing clips: what cannot be is refused before anything is loaded; then the conditions of all prompts, then clip
 * after clip through transformer and VAE, each safe in the cache as soon as it is written.
 */
export const generate: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  const takes = takesOf(context);
  const format = parametersOf('generate', job.params);
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
  const songs = await searchOf(context, addon);
  const work = new SampleWork(context);
  const making = {phase: 'making clips', unit: 'clips', seconds: ({clip}: Take) => clip.frames / LATENT_HZ};
  await work.makeAll(making, takes, (take) => {
    const condition = conditions.get(keyOf(take.texts))!;
    return work.make(take.parts[0]!, () =>
      makeClip(context, take, {generator, decoder, sampler, condition, format, songs}),
    );
  });
  return signal.aborted ? 'stopped' : 'done';
};

/** Parts of one clip are made together: its sound and the picture of it. */
function takesOf({job}: WorkerContext): Take[] {
  const bySample = new Map<string, PartJob[]>();
  for (const part of job.parts) bySample.set(part.sample, [...(bySample.get(part.sample) ?? []), part]);
  return [...bySample.values()].map((parts) => {
    const clip = asWritten<Take['clip']>(parts[0]!.work);
    return {parts, clip, texts: conditionTexts(clip)};
  });
}

function keyOf({prompt, lyrics}: ConditionTexts): string {
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
  /** Undefined where nothing is compared. */
  readonly songs: SongSearch | undefined;
}

async function searchOf(context: WorkerContext, addon: Addon): Promise<SongSearch | undefined> {
  const {job} = context;
  if (!job.parts.some(({part}) => part === 'nearest')) return undefined;
  const songs = await resolveSamples(context, 'training_songs');
  return new SongSearch(addon, {threads: job.threads, songs});
}

async function makeClip(context: WorkerContext, {parts, clip, texts}: Take, studio: Studio): Promise<void> {
  const {job, signal} = context;
  const {seed, strength, frames} = clip;
  const context_latents = contextOf(await silentLatents({job}, frames));
  const latents = await studio.generator.generate(
    {condition: studio.condition, context: context_latents},
    {seed, item: 0, strength, sampler: studio.sampler},
    {signal},
  );
  const nearest = parts.find(({part}) => part === 'nearest');
  if (nearest !== undefined) await compare(context, nearest, {latents, strength, songs: studio.songs!});
  await writeSound(context, {parts: parts.filter((part) => part !== nearest), texts, latents, studio});
}

interface Sound {
  readonly parts: readonly PartJob[];
  readonly texts: ConditionTexts;
  readonly latents: ClipLatents;
  readonly studio: Studio;
}

/** Both parts are of one sound: the one that is lacking is made from the very same samples. */
async function writeSound(context: WorkerContext, {parts, texts, latents, studio}: Sound): Promise<void> {
  const [first] = parts;
  if (first === undefined) return;
  const {job, emit, signal} = context;
  const audio = await studio.decoder.decode(latents, {}, {signal});
  const file = fileFor(first, studio.format.format);
  const {channels: heard, ...loudness} = await writeClip(
    join(job.out_dir, file),
    channelsOf(audio),
    studio.format,
  );
  const clipPart = parts.find(({part}) => part === 'clip');
  if (clipPart !== undefined) {
    const problem = loudnessProblem(first.sample, loudness, studio.format.bits);
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

interface Compared {
  readonly latents: ClipLatents;
  readonly strength: number;
  readonly songs: SongSearch;
}

/** What the model alone has in common with a song is no fault of the adapter's. */
async function compare(
  {job, emit, signal, commitPart}: WorkerContext,
  part: PartJob,
  {latents, strength, songs}: Compared,
): Promise<void> {
  const found = await songs.find(latents, signal);
  if (strength !== 0 && isMemorised(found.nearest))
    emit({
      kind: 'stage_warning',
      problem: {
        code: 'generate/memorised',
        message: repeatsText(part.sample, found.nearest),
        hint: 'An earlier checkpoint, fewer epochs or a lower rank: docs/results.md, "Everything sounds like one song".',
      },
    });
  const file = fileFor(part, 'json');
  await writeFile(join(job.out_dir, file), `${JSON.stringify(found, null, 2)}\n`);
  await commitPart(part, file, {...found.nearest});
}

function channelsOf({data, channels, samples}: {data: Float32Array; channels: number; samples: number}) {
  return Array.from({length: channels}, (_, i) => data.subarray(i * samples, (i + 1) * samples));
}

function fileFor({fingerprint}: PartJob, ending: string): string {
  return `${contentHash(fingerprint).slice(0, 32)}.${ending}`;
}
