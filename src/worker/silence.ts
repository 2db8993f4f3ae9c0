import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {makeFolder} from '../base/make-folder.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {writeSafetensors} from '../format/safetensors-write.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import {isTensor, readTorchFile} from '../format/torch-file.js';
import type {Reference} from '../native/engine.js';
import type {WorkerJob} from '../protocol/message.js';
import {SILENT_REFERENCE_FRAMES} from '../stage/conditioning.js';
import type {WorkerContext} from './context.js';
import {componentDir} from './model-input.js';

type ModelInput = {readonly job: Pick<WorkerJob, 'inputs'>};

/**
 * The model's `silence_latent.pt` [1, channels, frames] as a safetensors file that the engine maps; every sample's context
 * is its first frames. Throws `train/silence-invalid`.
 */
export async function silenceFile({job}: WorkerContext): Promise<string> {
  const value = await silenceTensor({job});
  await makeFolder(job.partial_dir);
  const path = join(job.partial_dir, 'silence_latent.safetensors');
  await writeSafetensors(path, {tensors: [{name: 'silence_latent', ...value}]});
  return path;
}

/** The first frames of silence, [frames, channels]; all of them when there are fewer. Throws `train/silence-invalid`. */
export async function silentLatents(model: ModelInput, frames: number): Promise<Reference> {
  const tensor = await silenceTensor(model);
  const [, channels, stored] = tensor.shape as [number, number, number];
  const kept = Math.min(frames, stored);
  const values = toFloat32(tensor);
  const data = new Float32Array(kept * channels);
  for (let t = 0; t < kept; t++)
    for (let c = 0; c < channels; c++) data[t * channels + c] = values[c * stored + t]!;
  return {data, frames: kept, channels};
}

/** What inference takes for the timbre where there is no reference recording. */
export function silentReference(model: ModelInput): Promise<Reference> {
  return silentLatents(model, SILENT_REFERENCE_FRAMES);
}

async function silenceTensor({job}: ModelInput): Promise<Tensor> {
  const path = join(componentDir(job.inputs.model, 'silence_latent'), 'silence_latent.pt');
  const value = await readTorchFile(path).catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (value !== undefined && isTensor(value) && value.shape.length === 3 && value.shape[0] === 1)
    return value;
  throw new SidestepError({
    code: 'train/silence-invalid',
    message: `${shownPath(path)} does not hold one tensor [1, channels, frames]`,
    hint: 'Copy the file from the model again; it comes with every ACE-Step 1.5 checkpoint.',
  });
}

/** What is beside the noise: silence beside ones, since nothing is given and everything is to be made. */
export function contextOf({data, frames, channels}: Reference): {
  readonly data: Float32Array;
  readonly channels: number;
} {
  const context = new Float32Array(2 * data.length).fill(1);
  for (let t = 0; t < frames; t++)
    context.set(data.subarray(t * channels, (t + 1) * channels), 2 * t * channels);
  return {data: context, channels: 2 * channels};
}
