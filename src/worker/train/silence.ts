import {mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {SidestepError} from '../../base/problem.js';
import {writeSafetensors} from '../../format/safetensors-write.js';
import {isTensor, readTorchFile} from '../../format/torch-file.js';
import type {WorkerContext} from '../context.js';
import {componentDir} from '../model-input.js';

/**
 * The model's `silence_latent.pt` [1, channels, frames] as a safetensors file that the engine maps; every sample's context
 * is its first frames. Throws `train/silence-invalid`.
 */
export async function silenceFile({job}: WorkerContext): Promise<string> {
  const folder = componentDir(job.inputs.model, 'silence_latent');
  const name = (await readdir(folder)).find((entry) => entry === 'silence_latent.pt');
  const value = name === undefined ? undefined : await readTorchFile(join(folder, name));
  if (value === undefined || !isTensor(value) || value.shape.length !== 3 || value.shape[0] !== 1) {
    throw new SidestepError({
      code: 'train/silence-invalid',
      message: `${join(folder, 'silence_latent.pt')} does not hold one tensor [1, channels, frames]`,
      hint: 'Copy the file from the model again; it comes with every ACE-Step 1.5 checkpoint.',
    });
  }
  await mkdir(job.partial_dir, {recursive: true});
  const path = join(job.partial_dir, 'silence_latent.safetensors');
  await writeSafetensors(path, {tensors: [{name: 'silence_latent', ...value}]});
  return path;
}
