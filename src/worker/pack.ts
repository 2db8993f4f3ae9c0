import {createHash} from 'node:crypto';
import {copyFile, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {fsPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {writeFile} from '../base/write-file.js';
import {openSafetensors} from '../format/safetensors-read.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import {readTorchShapes} from '../format/torch-file.js';
import {type SavedTensor, type SavedValue, torchFile} from '../format/torch-write.js';
import {datasetSamples} from '../stage/dataset.js';
import {jsonObject} from '../stage/model-json.js';
import {PREPROCESS_META} from '../stage/preprocessed-for.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {contextOf, silentLatents} from './silence.js';
import {resolveSamples, type TrainingSample} from './train/samples.js';

/** Samples as Side-Step's loader takes them: one flat folder, a `.pt` each, with the list and what they were encoded for. */
export const pack: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  const folder = join(job.out_dir, 'tensors');
  await makeFolder(folder);
  const samples = await resolveSamples(context, 'tensors');
  const names = flatNames(samples);
  const checksums: Record<string, string> = {};
  for (const [i, sample] of samples.entries()) {
    if (signal.aborted) return 'stopped';
    checksums[names[i]!] = await packSample(context, sample, join(folder, names[i]!));
    emit({kind: 'stage_progress', done: i + 1, total: samples.length, unit: 'samples'});
  }
  const listed = samples.flatMap(({repeats}, i) => Array.from({length: repeats}, () => names[i]!));
  await writeJson(join(folder, 'manifest.json'), {samples: listed});
  await writeJson(join(folder, PREPROCESS_META), metaOf(context, samples.length, checksums));
  return 'done';
};

/** Side-Step looks for samples in the folder itself: `live/first song.flac` is `live__first song.pt` to it. */
function flatNames(samples: readonly TrainingSample[]): string[] {
  const taken = new Set<string>();
  return samples.map(({name}) => {
    const flat = name.replaceAll('/', '__');
    const stem = flat.replace(/\.(?:wav|mp3|flac|ogg|opus|m4a|aac|aiff?)$/i, '');
    const free = [stem, flat, ...Array.from({length: samples.length}, (_, i) => `${flat}-${i + 2}`)].find(
      (each) => !taken.has(each.toLowerCase()), // file systems that ignore case must not join two
    )!;
    taken.add(free.toLowerCase());
    return `${free}.pt`;
  });
}

/** What Side-Step demands of a sample. */
const REQUIRED = [
  'target_latents',
  'attention_mask',
  'encoder_hidden_states',
  'encoder_attention_mask',
  'context_latents',
] as const;

/** Writes one sample and answers with its MD5, which Side-Step keeps. */
async function packSample(context: WorkerContext, sample: TrainingSample, path: string): Promise<string> {
  if (sample.torch !== undefined && (await isComplete(sample.torch))) {
    await copyFile(fsPath(sample.torch), fsPath(path)); // as it is, with all that it says of its song
    return md5(await readFile(fsPath(path)));
  }
  const tensors = await tensorsOf(context, sample);
  const bytes = torchFile(
    new Map<string, SavedValue>([
      ...REQUIRED.map((name) => [name, tensors.get(name)!] as const),
      ['metadata', metadataOf(context, sample)],
    ]),
  );
  await writeFile(path, bytes);
  return md5(bytes);
}

async function isComplete(path: string): Promise<boolean> {
  const shapes = await readTorchShapes(path);
  return REQUIRED.every((name) => shapes.has(name));
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** As f32; what a sample lacks follows from the rest: masks of ones, silence beside ones. */
async function tensorsOf(context: WorkerContext, {files}: TrainingSample): Promise<Map<string, SavedTensor>> {
  const found = new Map<string, SavedTensor>();
  for (const path of files) {
    await using file = await openSafetensors(path);
    for (const name of REQUIRED) {
      if (!file.tensors.has(name)) continue;
      const tensor = await file.read(name);
      found.set(name, {shape: tensor.shape, data: asFloats(tensor)});
    }
  }
  const frames = found.get('target_latents')!.shape.at(-2)!;
  const tokens = found.get('encoder_hidden_states')!.shape.at(-2)!;
  if (!found.has('attention_mask')) found.set('attention_mask', ones(frames));
  if (!found.has('encoder_attention_mask')) found.set('encoder_attention_mask', ones(tokens));
  if (!found.has('context_latents')) found.set('context_latents', await silentContext(context, frames));
  return found;
}

/** Masks are kept as whole numbers. */
function asFloats(tensor: Tensor): Float32Array {
  const {dtype, data} = tensor;
  if (dtype === 'U8' || dtype === 'BOOL' || dtype === 'I8') return Float32Array.from(data);
  if (dtype === 'I64') return Float32Array.from(new BigInt64Array(data.slice().buffer), Number);
  if (dtype === 'I32') return Float32Array.from(new Int32Array(data.slice().buffer));
  return toFloat32(tensor);
}

function ones(length: number): SavedTensor {
  return {shape: [length], data: new Float32Array(length).fill(1)};
}

/** Throws `train/songs-too-long`: there is no silence to be beside the end of such a song. */
async function silentContext({job}: WorkerContext, frames: number): Promise<SavedTensor> {
  const silence = await silentLatents({job}, frames);
  if (silence.frames < frames)
    throw new SidestepError({
      code: 'train/songs-too-long',
      message: `A sample has ${frames} latent frames, and the model's silence only ${silence.frames}`,
      hint: 'Cut the songs: max_duration of the preprocess.pass1 stage.',
    });
  const {data, channels} = contextOf(silence);
  return {shape: [frames, channels], data};
}

/** What Side-Step writes beside the tensors, of the song by this name. */
function metadataOf({job}: WorkerContext, {name, trigger}: TrainingSample): SavedValue {
  const dataset = job.inputs.dataset?.json;
  const song = dataset === undefined ? undefined : datasetSamples(dataset).find((each) => each.name === name);
  const text = (key: string) => String(song?.[key] ?? '');
  return new Map<string, SavedValue>([
    ['audio_path', ''], // a place of this machine says nothing elsewhere
    ['filename', name.split('/').at(-1)!],
    ['caption', text('caption')],
    ['lyrics', song === undefined ? '' : text('lyrics')],
    ['duration', Number(song?.duration ?? 0)],
    ['bpm', text('bpm')],
    ['keyscale', text('keyscale')],
    ['timesignature', text('timesignature')],
    ['genre', text('genre')],
    ['is_instrumental', song?.is_instrumental === true],
    ['custom_tag', song === undefined ? trigger : text('custom_tag')],
    ['prompt_override', typeof song?.prompt_override === 'string' ? song.prompt_override : null],
    ['repeat', 1], // Side-Step repeats what its list repeats
  ]);
}

/** Holds no time and no place: the same samples give the same bytes. */
function metaOf({job}: WorkerContext, total: number, checksums: JsonObject): JsonObject {
  const {name, base} = jsonObject(job.inputs.model?.json, 'model.json');
  const official = /^acestep-v15-(.+)$/.exec(String(name));
  return {
    model_variant: official?.[1] ?? String(base),
    total,
    processed: total,
    failed: 0,
    checksums,
  };
}

async function writeJson(path: string, value: JsonObject): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
