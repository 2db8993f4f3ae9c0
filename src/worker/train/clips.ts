import {constants, copyFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {syncFile} from '../../base/durable.js';
import {namesIn} from '../../base/folder.js';
import {hashFile} from '../../base/hash.js';
import {asJson} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {SidestepError} from '../../base/problem.js';
import {removeTree} from '../../base/remove.js';
import {rename} from '../../base/rename.js';
import {isAsSealed, type SealedFile} from '../../base/seal.js';
import {writeFile} from '../../base/write-file.js';
import type {SampleMetric} from '../../format/training-metrics.js';
import {wavFile} from '../../format/wav-write.js';
import type {Addon} from '../../native/addon.js';
import type {Condition} from '../../native/engine.js';
import {type ClipLatents, openAudioDecoder, type SamplerOptions} from '../../native/generate.js';
import type {Trainer} from '../../native/trainer.js';
import {framesOf, type Piece, piecesOf, promptsOrSong, samplerOptions} from '../../stage/clip.js';
import {isMemorised, type Nearest, repeatsText} from '../../stage/likeness.js';
import type {WorkerContext} from '../context.js';
import {loudnessProblem, SAMPLE_RATE, writeClip} from '../listen/clip-file.js';
import {conditionTexts, encodeTexts} from '../listen/conditions.js';
import {SongSearch} from '../listen/nearest-song.js';
import {componentDir} from '../model-input.js';
import {spectrogram} from '../picture/spectrogram.js';
import {contextOf, silentLatents} from '../silence.js';
import type {MetricsLog} from './metrics.js';
import {type SamplesParams, trainParams} from './options.js';
import type {Split} from './samples.js';

/** One clip of those that are made at every listening point; the noise is the same each time. */
interface Take {
  readonly piece: Piece;
  readonly condition: Condition;
  readonly seed: number;
  readonly strength: number;
}

/** How far a training is. */
export interface Moment {
  readonly global_step: number;
  readonly epoch: number;
}

export interface ClipMaker {
  /** Makes what is missing of this moment's clips. Whatever goes wrong is a warning: nothing here ends a training. */
  make(moment: Moment, during: Making): Promise<void>;
  /**
   * What earlier attempts made up to a step, put into this run's record. What the state that is continued does not know of is
   * forgotten, and what is not as it was written is left out, with a warning.
   */
  takeUp(global_step: number, files: readonly SealedFile[]): Promise<void>;
  /** All that was made, below the folder of clips. */
  files(): readonly SealedFile[];
}

export interface Making {
  readonly trainer: Trainer;
  readonly metrics: MetricsLog;
  /** Called after each clip: from then on an interrupted training does not make it again. */
  readonly made: () => Promise<void>;
}

/**
 * Encodes the prompts of `samples` before the training takes the memory. Undefined where there are none, and, with a warning,
 * where that fails.
 */
export async function prepareClips(
  context: WorkerContext,
  addon: Addon,
  {training, validation}: Split,
): Promise<ClipMaker | undefined> {
  const {samples} = trainParams(context);
  if (samples === undefined) return undefined;
  try {
    context.emit({kind: 'phase_started', phase: 'encoding prompts'});
    const songs = new SongSearch(addon, {
      threads: context.job.threads,
      songs: training,
      held_out: validation,
    });
    return new Clips(context, addon, {takes: await takesOf(context, addon, samples), songs});
  } catch (error) {
    warn(context, 'The prompts of `samples` could not be encoded, so this training makes none', error);
    return undefined;
  }
}

async function takesOf(context: WorkerContext, addon: Addon, samples: SamplesParams): Promise<Take[]> {
  const {job, signal} = context;
  const dataset = job.inputs['samples.dataset']?.json;
  const pieces = piecesOf(promptsOrSong(samples.prompts && asJson(samples.prompts), dataset), {
    dataset,
    duration: samples.duration,
  });
  const conditions = await encodeTexts(pieces.map(conditionTexts), {addon, job, signal});
  return pieces.flatMap((piece, index) =>
    samples.seeds.flatMap((seed) =>
      samples.strengths.map((strength) => ({piece, condition: conditions[index]!, seed, strength})),
    ),
  );
}

class Clips implements ClipMaker {
  readonly #context: WorkerContext;
  readonly #addon: Addon;
  readonly #takes: readonly Take[];
  readonly #songs: SongSearch;
  readonly #sampler: SamplerOptions;
  readonly #kept: string;
  readonly #files = new Map<string, SealedFile>();

  constructor(
    context: WorkerContext,
    addon: Addon,
    {takes, songs}: {readonly takes: readonly Take[]; readonly songs: SongSearch},
  ) {
    this.#context = context;
    this.#addon = addon;
    this.#takes = takes;
    this.#songs = songs;
    const {job} = context;
    this.#sampler = samplerOptions(asJson(trainParams(context).samples!), job.inputs.model!.json!);
    this.#kept = join(job.partial_dir, 'kept', 'samples');
  }

  files(): readonly SealedFile[] {
    return [...this.#files.values()];
  }

  async make(moment: Moment, {trainer, metrics, made}: Making): Promise<void> {
    const {signal, emit} = this.#context;
    const before = (await metrics.all()).filter((metric) => metric.kind === 'sample');
    const open = this.#takes.filter((take) => !before.some((metric) => isMadeBy(metric, take, moment)));
    if (open.length === 0) return;
    emit({kind: 'phase_started', phase: `making clips of step ${moment.global_step}`});
    for (const take of open) {
      if (signal.aborted) return;
      try {
        await this.#makeOne(take, moment, {trainer, metrics});
      } catch (error) {
        if (signal.aborted) return;
        warn(this.#context, `Step ${moment.global_step}: the clip ${nameOf(take)} could not be made`, error);
        continue;
      }
      await made();
    }
    emit({kind: 'phase_started', phase: 'training'});
  }

  async #makeOne(
    take: Take,
    moment: Moment,
    {trainer, metrics}: {readonly trainer: Trainer; readonly metrics: MetricsLog},
  ): Promise<void> {
    const {job, signal, emit} = this.#context;
    const {piece, condition, seed, strength} = take;
    const silence = await silentLatents({job}, framesOf(piece));
    const latents = await trainer.generate(
      {condition, context: contextOf(silence)},
      {seed, item: 0, strength, sampler: this.#sampler},
      {signal},
    );
    const audio = await decoded(this.#addon, this.#context, latents);
    const file = `${stepFolder(moment.global_step)}/${nameOf(take)}.wav`;
    const {peak, gain, channels} = await this.#write(file, audio.channels);
    const problem = loudnessProblem(nameOf(take), {peak, gain}, '16');
    if (problem !== undefined) emit({kind: 'stage_warning', problem});
    const nearest = await this.#nearest(take, latents, moment);
    const metric: SampleMetric = {
      kind: 'sample',
      ...moment,
      prompt: piece.name,
      seed,
      strength,
      file,
      seconds: audio.seconds,
      peak,
      ...(nearest && {nearest}),
    };
    await metrics.sample(metric, {
      wave: wavFile({channels, sample_rate: SAMPLE_RATE}, '16'),
      texts: conditionTexts(piece),
    });
    const path = join(job.clips_dir, file);
    const {global_step} = moment;
    emit({
      kind: 'clip_made',
      global_step,
      prompt: piece.name,
      seed,
      strength,
      path,
      ...(nearest && {nearest: {...nearest}}),
    });
    emit({kind: 'log', level: 'debug', line: `clip of step ${moment.global_step}: ${path}`});
  }

  /** Undefined, with a warning, where it cannot be found out: the clip is there all the same. */
  async #nearest(take: Take, latents: ClipLatents, {global_step}: Moment): Promise<Nearest | undefined> {
    const {signal, emit} = this.#context;
    try {
      const {nearest} = await this.#songs.find(latents, signal);
      if (take.strength !== 0 && isMemorised(nearest))
        emit({
          kind: 'stage_warning',
          problem: {
            code: 'train/memorised',
            message: repeatsText(`Step ${global_step}: ${nameOf(take)}`, nearest),
            hint: 'An earlier checkpoint may do without: docs/results.md, "Everything sounds like one song".',
          },
        });
      return nearest;
    } catch (error) {
      if (signal.aborted) throw error;
      warn(this.#context, `Step ${global_step}: ${nameOf(take)} could not be compared with the songs`, error);
      return undefined;
    }
  }

  /** Under a name of its own until it is whole, first where it outlives this attempt. */
  async #write(file: string, channels: readonly Float32Array[]) {
    const kept = join(this.#kept, file);
    await makeFolder(join(kept, '..'));
    const written = await writeClip(`${kept}.new`, channels, {format: 'wav', bits: '16'});
    await writeFile(pictureOf(kept), spectrogram({...written, sample_rate: SAMPLE_RATE}));
    await rename(`${kept}.new`, kept);
    for (const path of [file, pictureOf(file)]) {
      await syncFile(join(this.#kept, path));
      this.#files.set(path, {path, ...(await hashFile(join(this.#kept, path)))});
    }
    await this.#record(file);
    return written;
  }

  /** The run record is for people: what cannot be put there is not worth a training. */
  async #record(file: string): Promise<void> {
    const target = join(this.#context.job.clips_dir, file);
    await makeFolder(join(target, '..'));
    for (const path of [(name: string) => name, pictureOf])
      await copyFile(path(join(this.#kept, file)), path(target), constants.COPYFILE_FICLONE);
  }

  /** What was asked for, to the last character, beside what came of it. */
  async #recordTexts(): Promise<void> {
    const folder = this.#context.job.clips_dir;
    await makeFolder(folder);
    const texts = Object.fromEntries(this.#takes.map(({piece}) => [piece.name, conditionTexts(piece)]));
    await writeFile(join(folder, 'prompts.json'), `${JSON.stringify(texts, null, 2)}\n`);
  }

  async takeUp(globalStep: number, files: readonly SealedFile[]): Promise<void> {
    try {
      await this.#recordTexts();
      for (const file of files) {
        if (stepOf(file.path) > globalStep) continue;
        if (await isAsSealed(this.#kept, file)) this.#files.set(file.path, file);
        else warn(this.#context, `A clip of an earlier attempt is damaged and left out: ${file.path}`);
      }
      await this.#forgetOthers();
      for (const path of this.#files.keys())
        if (path.endsWith('.wav') && this.#files.has(pictureOf(path))) await this.#record(path);
    } catch (error) {
      warn(this.#context, 'Clips of an earlier attempt could not be put into the record of this run', error);
    }
  }

  async #forgetOthers(): Promise<void> {
    for (const folder of foldersIn(this.#kept))
      for (const name of await readdir(join(this.#kept, folder)))
        if (!this.#files.has(`${folder}/${name}`)) await removeTree(join(this.#kept, folder, name));
  }
}

/** The model alone sounds the same at every step: strength 0 is made once. */
function isMadeBy(metric: SampleMetric, {piece, seed, strength}: Take, {global_step}: Moment): boolean {
  const same = metric.prompt === piece.name && metric.seed === seed && metric.strength === strength;
  return same && (metric.global_step === global_step || strength === 0);
}

function nameOf({piece, seed, strength}: Take): string {
  return `${piece.name}-seed${seed}-strength${strength}`;
}

function stepFolder(step: number): string {
  return `step_${String(step).padStart(6, '0')}`;
}

/** Of a path below the folder of clips. */
function stepOf(path: string): number {
  return Number(/^step_(\d+)/.exec(path)?.[1]);
}

function pictureOf(wav: string): string {
  return wav.replace(/\.wav$/, '.png');
}

function foldersIn(path: string): string[] {
  return namesIn(path)
    .filter((name) => /^step_\d+$/.test(name))
    .sort();
}

interface ClipSound {
  readonly channels: readonly Float32Array[];
  readonly seconds: number;
}

/** The VAE is open only while it decodes: between clips the training has the memory. */
async function decoded(
  addon: Addon,
  {job, signal}: WorkerContext,
  latents: {readonly data: Float32Array; readonly channels: number},
): Promise<ClipSound> {
  await using decoder = await openAudioDecoder(addon, componentDir(job.inputs.model, 'vae'), job);
  const {data, channels, samples} = await decoder.decode(latents, {}, {signal});
  return {
    channels: Array.from({length: channels}, (_, i) => data.subarray(i * samples, (i + 1) * samples)),
    seconds: samples / SAMPLE_RATE,
  };
}

function warn({emit}: WorkerContext, what: string, error?: unknown): void {
  const cause = error instanceof SidestepError ? error.problem : undefined;
  const words = cause?.message ?? (error instanceof Error ? error.message : error);
  emit({
    kind: 'stage_warning',
    problem: {
      code: 'train/sample-failed',
      message: words === undefined ? what : `${what}: ${words}`,
      hint: cause?.hint ?? 'The training goes on; its adapter is not touched.',
    },
  });
}
