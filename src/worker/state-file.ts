import {join} from 'node:path';
import {contentHash} from '../base/hash.js';
import type {Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {floatTensor} from '../format/float-bits.js';
import {openSafetensors} from '../format/safetensors-read.js';
import {type TensorSource, writeSafetensors} from '../format/safetensors-write.js';
import {countNonfinite, toFloat32} from '../format/tensor.js';
import type {MaskedStates} from '../native/engine.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext} from './context.js';

/**
 * f32 values as a tensor of a file. Throws `preprocess/nonfinite`: what an encoder could not compute must not be trained on.
 */
export function floatSource(name: string, data: Float32Array, ...shape: readonly number[]): TensorSource {
  const bad = countNonfinite(data);
  if (bad > 0)
    throw new SidestepError({
      code: 'preprocess/nonfinite',
      message: `${bad} of the ${data.length} values of ${name} came out as no finite number`,
      hint: 'With `precision: f16` large values overflow: use bf16 or f32. Otherwise a file of the model may be damaged.',
    });
  return {name, ...floatTensor(data, shape, 'F32')};
}

/** A mask, 1 for real tokens or frames. */
export function maskSource(name: string, mask: Uint8Array): TensorSource {
  return {name, dtype: 'U8', shape: [mask.length], data: mask};
}

/**
 * Writes a part's tensors, with where they come from in the metadata, and hands the file to the cache.
 * Metadata holds no path and no time: the same input gives the same bytes.
 */
export async function commitTensors(
  {job, commitPart}: WorkerContext,
  part: PartJob,
  tensors: readonly TensorSource[],
  about: Readonly<Record<string, Json>>,
): Promise<void> {
  const file = `${contentHash(part.fingerprint).slice(0, 32)}.safetensors`;
  const metadata = {format: 'pt', 'sidestep.part': part.part, 'sidestep.fingerprint': part.fingerprint};
  await writeSafetensors(join(job.out_dir, file), {tensors, metadata});
  await commitPart(part, file, about);
}

/** States [length, width] with their mask, as pass 1 wrote them. */
export async function readStates(path: string, states: string, mask: string): Promise<MaskedStates> {
  await using file = await openSafetensors(path);
  const tensor = await file.read(states);
  return {states: toFloat32(tensor), width: tensor.shape[1]!, mask: (await file.read(mask)).data};
}
