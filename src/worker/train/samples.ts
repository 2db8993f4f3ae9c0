import {createHash} from 'node:crypto';
import {symlink} from 'node:fs/promises';
import {dirname, extname, join, resolve} from 'node:path';
import {hashFile, sha256} from '../../base/hash.js';
import type {Json} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {fsPath, isUtf8Path, shownPath} from '../../base/path-bytes.js';
import {type Problem, SidestepError} from '../../base/problem.js';
import {removeFile} from '../../base/remove.js';
import {heldOutCount} from '../../dataset/hold-out.js';
import {ageOfTensors} from '../../dataset/tensors-age.js';
import {openSafetensors} from '../../format/safetensors-read.js';
import {writeSafetensors} from '../../format/safetensors-write.js';
import {countNonfinite, type Tensor, toFloat32} from '../../format/tensor.js';
import {readTorchTensors} from '../../format/torch-file.js';
import type {SampleFiles} from '../../native/plan.js';
import {joinedLists, showings} from '../../stage/joined.js';
import {valueAt} from '../../stage/param.js';
import {shapeMisfit} from '../../stage/preprocessed-for.js';
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
  /** Hash of the audio, or of the sample file itself: the same song is held out wherever it is. */
  readonly identity: string;
  /** How often an epoch shows it. */
  readonly repeats: number;
  readonly trigger: string;
  /** The file of the user's that it was read from, where that is a `.pt`. */
  readonly torch?: string;
}

/** Tensors that a sample must have; its context may be missing, silence then fills it. */
const REQUIRED = ['target_latents', 'encoder_hidden_states'] as const;

/**
 * The samples a parameter names: those of a `preprocess.pass2` stage, or a folder that ACE-Step or Side-Step preprocessed
 * (`.pt`, read without executing anything), that `preprocess.pass2` published, or that holds a safetensors file a sample; or
 * of several of these, each shown as often as the list says. In the order of the lists, which names alone do not change.
 * Throws `train/no-samples`, `train/sample-incomplete`, `train/sample-mask`, `train/other-width`, `train/manifest-invalid` and
 * `train/list-invalid`.
 */
export async function resolveSamples(context: WorkerContext, param: string): Promise<TrainingSample[]> {
  const lists: SampleList[] = [];
  for (const {param: path, ...weight} of joinedLists(context.job.params, param))
    lists.push({samples: await listedSamples(context, path), ...weight});
  return joined(lists);
}

interface SampleList {
  readonly samples: readonly TrainingSample[];
  readonly repeats: number;
  readonly share: number | undefined;
}

/** A name that an earlier list has gets the number of its own list before it. */
function joined(lists: readonly SampleList[]): TrainingSample[] {
  const counts = showings(lists);
  const names = new Set<string>();
  return lists.flatMap(({samples}, i) => {
    const own = samples.map((sample, j) => {
      const name = names.has(sample.name) ? `${i + 1}/${sample.name}` : sample.name;
      return {...sample, name, repeats: counts[i]![j]!};
    });
    for (const {name} of own) names.add(name);
    return own;
  });
}

/** Of one stage or folder. */
async function listedSamples(context: WorkerContext, param: string): Promise<TrainingSample[]> {
  const input = context.job.inputs[param];
  const collection = collectedSamples(input?.json, ({hash}) => context.objectPath(hash));
  const folder = input?.path ?? String(valueAt(context.job.params, param));
  const samples = collection ?? (await folderSamples(context, {folder, param}));
  if (samples.length > 0) return samples;
  throw new SidestepError({
    code: 'train/no-samples',
    message: `\`${param}\` names no sample${collection === undefined ? `: ${folder} holds none` : ''}`,
    hint: 'Expected a preprocess.pass2 stage with at least one song, or a folder with .pt or .safetensors samples.',
  });
}

/** Tells where a part of a sample is. */
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

async function folderSamples(
  context: WorkerContext,
  {folder, param}: {readonly folder: string; readonly param: string},
): Promise<TrainingSample[]> {
  const published = await publishedSamples(folder);
  if (published !== undefined) return published;
  reportAge(context, await ageOfTensors(folder));
  const samples: TrainingSample[] = [];
  for (const {name, repeats} of await sampleFiles(folder)) {
    const path = join(folder, name);
    const sample = name.slice(0, -extname(name).length);
    const isTorch = extname(name).toLowerCase() === '.pt';
    const file = await forEngine(context, path, join(param, name));
    await checkTensors(context, file, shownPath(path));
    const {hash: identity} = await hashFile(path);
    samples.push({
      name: shownPath(sample),
      files: [file],
      identity,
      repeats,
      trigger: '',
      ...(isTorch && {torch: path}),
    });
  }
  return samples.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function reportAge({emit}: WorkerContext, problems: readonly Problem[]): void {
  for (const problem of problems) emit({kind: 'stage_warning', problem});
}

/**
 * A sample as the engine reads it: `.pt` as safetensors, in the stage's own folder; a name that is not UTF-8 by a link from there.
 * What is there is called by a hash: `a.pt` and `a.PT` are two samples, and a name may be as long as names can be.
 */
async function forEngine({job}: WorkerContext, path: string, name: string): Promise<string> {
  const isTorch = extname(name).toLowerCase() === '.pt';
  if (!isTorch && isUtf8Path(path)) return path;
  const target = join(job.partial_dir, 'converted', `${sha256(name).slice(0, 16)}.safetensors`);
  await makeFolder(dirname(target));
  if (!isTorch) {
    await removeFile(target); // of an attempt before this one
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
async function checkTensors({emit, job}: WorkerContext, file: string, shown: string): Promise<void> {
  await using opened = await openSafetensors(file);
  const missing = REQUIRED.filter((name) => !opened.tensors.has(name));
  if (missing.length > 0) throw incomplete(shown, missing, [...opened.tensors.keys()]);
  checkMasks(opened.tensors, shown);
  checkWidths(opened.tensors, shown, job.inputs.model?.json);
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

/** Throws `train/other-width` for a sample that was made for another model. */
function checkWidths(
  tensors: ReadonlyMap<string, {readonly shape: readonly number[]}>,
  shown: string,
  model: Json | undefined,
): void {
  const shapes = Object.fromEntries([...tensors].map(([name, {shape}]) => [name, shape]));
  const problem = shapeMisfit(shapes, model);
  if (problem !== undefined) throw new SidestepError({...problem, message: `${shown}: ${problem.message}`});
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
