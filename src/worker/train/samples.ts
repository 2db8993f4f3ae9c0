import {createHash} from 'node:crypto';
import {rm, symlink} from 'node:fs/promises';
import {dirname, extname, join, resolve} from 'node:path';
import {hashFile, sha256} from '../../base/hash.js';
import type {Json} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {fsPath, isUtf8Path, shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {heldOutCount} from '../../dataset/hold-out.js';
import {openSafetensors} from '../../format/safetensors-read.js';
import {writeSafetensors} from '../../format/safetensors-write.js';
import {countNonfinite, type Tensor, toFloat32} from '../../format/tensor.js';
import {readTorchTensors} from '../../format/torch-file.js';
import type {SampleFiles} from '../../native/trainer.js';
import type {InputObject} from '../../protocol/message.js';
import {
  COLLECTION_FILE,
  type CollectedSample,
  isSampleCollection,
  type PartObject,
  partFile,
} from '../../stage/sample-parts.js';
import type {WorkerContext} from '../context.js';
import {sampleFiles} from './manifest.js';
import {readCollection} from './sample-lists.js';

/** A sample to train on, and what of it decides whether it is held out for validation. */
export interface TrainingSample extends SampleFiles {
  /** Hash of the audio, or of the sample file itself: the same song is held out wherever it lies. */
  readonly identity: string;
  /** How often an epoch shows it. */
  readonly repeats: number;
  readonly trigger: string;
}

/** Tensors that a sample must have; its context may be missing, silence then fills it. */
const REQUIRED = ['target_latents', 'encoder_hidden_states'] as const;

/**
 * The samples a parameter names: those of a `preprocess.pass2` stage, or a folder that ACE-Step or Side-Step preprocessed
 * (`.pt`, read without executing anything), that `preprocess.pass2` published, or that holds a safetensors file a sample. In
 * order of name.
 * Throws `train/no-samples`, `train/sample-incomplete`, `train/sample-mask`, `train/manifest-invalid` and `train/list-invalid`.
 */
export async function resolveSamples(context: WorkerContext, param: string): Promise<TrainingSample[]> {
  const input = context.job.inputs[param];
  const collection = collectedSamples(input?.json, ({hash}) => context.objectPath(hash));
  const folder = folderOf(context, param, input);
  const samples = collection ?? (await folderSamples(context, folder));
  if (samples.length > 0) return samples.sort((a, b) => (a.name < b.name ? -1 : 1));
  throw new SidestepError({
    code: 'train/no-samples',
    message: `\`${param}\` names no sample${collection === undefined ? `: ${folder} holds none` : ''}`,
    hint: 'Expected a preprocess.pass2 stage with at least one song, or a folder with .pt or .safetensors samples.',
  });
}

/** Tells where a part of a sample lies. */
type Locate = (object: PartObject, sample: string, part: string) => string;

/** Those of a collection that this program made; undefined for anything else. Throws `train/sample-incomplete`. */
export function collectedSamples(input: Json | undefined, locate: Locate): TrainingSample[] | undefined {
  if (!isSampleCollection(input)) return undefined;
  return input.samples.map((sample) => collected(sample, {locate, shown: sample.sample}));
}

/**
 * Those of a folder that `preprocess.pass2` published; undefined for any other folder. Throws `train/list-invalid` and
 * `train/sample-incomplete`.
 */
export async function publishedSamples(folder: string): Promise<TrainingSample[] | undefined> {
  const collection = await readCollection(folder);
  return collection?.samples.map((sample) =>
    collected(sample, {
      locate: (_object, name, part) => join(folder, partFile(name, part)),
      shown: `${sample.sample} of ${join(folder, COLLECTION_FILE)}`,
    }),
  );
}

/** What training needs of a sample: the parts of a `preprocess.pass2` collection. */
const PARTS = ['latents', 'conditions'] as const;

function collected(
  {sample, about, parts}: CollectedSample,
  {locate, shown}: {readonly locate: Locate; readonly shown: string},
): TrainingSample {
  const missing = PARTS.filter((part) => parts[part] === undefined);
  if (missing.length > 0) throw incomplete(shown, missing, Object.keys(parts));
  return {
    name: sample,
    files: PARTS.map((part) => locate(parts[part]!, sample, part)),
    identity: typeof about.audio_hash === 'string' ? about.audio_hash : sample,
    repeats: typeof about.repeats === 'number' ? about.repeats : 1,
    trigger: typeof about.custom_tag === 'string' ? about.custom_tag : '',
  };
}

function folderOf({job}: WorkerContext, param: string, input: InputObject | undefined): string {
  if (input !== undefined) return input.path;
  const value = param
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], job.params);
  return String(value);
}

async function folderSamples(context: WorkerContext, folder: string): Promise<TrainingSample[]> {
  const published = await publishedSamples(folder);
  if (published !== undefined) return published;
  const names = await sampleFiles(folder);
  const samples: TrainingSample[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const sample = name.slice(0, -extname(name).length);
    const file = await forEngine(context, path, name);
    await checkTensors(context, file, shownPath(path));
    const {hash: identity} = await hashFile(path);
    samples.push({name: shownPath(sample), files: [file], identity, repeats: 1, trigger: ''});
  }
  return samples;
}

/**
 * A sample as the engine reads it: `.pt` as safetensors, in the stage's own folder; a name that is not UTF-8 by a link from there.
 * What lies there is called by a hash: `a.pt` and `a.PT` are two samples, and a name may be as long as names can be.
 */
async function forEngine({job}: WorkerContext, path: string, name: string): Promise<string> {
  const isTorch = extname(name).toLowerCase() === '.pt';
  if (!isTorch && isUtf8Path(path)) return path;
  const target = join(job.partial_dir, 'converted', `${sha256(name).slice(0, 16)}.safetensors`);
  await makeFolder(dirname(target));
  if (!isTorch) {
    await rm(target, {force: true}); // of an attempt before this one
    await symlink(fsPath(resolve(path)), target);
    return target;
  }
  const tensors = [...(await readTorchTensors(path))].map(([name, tensor]: [string, Tensor]) => ({
    name,
    ...tensor,
  }));
  await writeSafetensors(target, {tensors});
  return target;
}

/** Tensors the engine reads of a sample, where they are there. */
const READ = [...REQUIRED, 'context_latents'] as const;

/** Throws when one is missing; values that are no finite numbers are told, since the engine takes them for 0 as upstream does. */
async function checkTensors({emit}: WorkerContext, file: string, shown: string): Promise<void> {
  await using opened = await openSafetensors(file);
  const missing = REQUIRED.filter((name) => !opened.tensors.has(name));
  if (missing.length > 0) throw incomplete(shown, missing, [...opened.tensors.keys()]);
  checkMasks(opened.tensors, shown);
  for (const name of READ.filter((tensor) => opened.tensors.has(tensor))) {
    const bad = countNonfinite(toFloat32(await opened.read(name)));
    if (bad === 0) continue;
    emit({
      kind: 'stage_warning',
      problem: {
        code: 'train/sample-nonfinite',
        message: `${shown}: ${bad} values of ${name} are no finite numbers and count as 0`,
        hint: 'Preprocess this song again.',
      },
    });
  }
}

/** Masks that other programs save: one value a frame, one a token. */
const MASKS = [
  {mask: 'attention_mask', of: 'target_latents', counts: 'frames'},
  {mask: 'encoder_attention_mask', of: 'encoder_hidden_states', counts: 'tokens'},
] as const;

/** Throws `train/sample-mask` for a mask that belongs to another tensor than the sample's. */
function checkMasks(tensors: ReadonlyMap<string, {readonly shape: readonly number[]}>, shown: string): void {
  for (const {mask, of, counts} of MASKS) {
    const length = tensors.get(mask)?.shape.at(-1);
    const wanted = tensors.get(of)?.shape.at(-2);
    if (length === undefined || wanted === undefined || length === wanted) continue;
    throw new SidestepError({
      code: 'train/sample-mask',
      message: `${shown}: ${mask} has ${length} values, but ${of} has ${wanted} ${counts}`,
      hint: 'Preprocess this song again: parts of two songs were saved as one.',
    });
  }
}

function incomplete(shown: string, missing: readonly string[], found: readonly string[]): SidestepError {
  return new SidestepError({
    code: 'train/sample-incomplete',
    message: `${shown} has no ${missing.join(' and no ')}; it holds ${found.join(', ')}`,
    hint: 'A sample needs target_latents [T, channels] and encoder_hidden_states [tokens, width]: both passes of preprocessing.',
  });
}

export interface Split {
  readonly training: readonly TrainingSample[];
  readonly validation: readonly TrainingSample[];
}

/**
 * Holds out `round(fraction × count)` samples, at least one, chosen by the hash of seed and content: adding a song moves no
 * other across, and names do not matter. Never holds out all.
 */
export function holdOut(samples: readonly TrainingSample[], fraction: number, seed: number): Split {
  const count = heldOutCount(samples.length, fraction);
  const rank = ({identity}: TrainingSample) =>
    createHash('sha256').update(`${seed} ${identity}`).digest('hex');
  const held = new Set([...samples].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count));
  return {
    training: samples.filter((sample) => !held.has(sample)),
    validation: samples.filter((sample) => held.has(sample)),
  };
}

/** A sample with `repeats: 3` is three samples to an epoch. */
export function repeated(samples: readonly TrainingSample[]): SampleFiles[] {
  return samples.flatMap(({name, files, repeats}) => Array.from({length: repeats}, () => ({name, files})));
}
