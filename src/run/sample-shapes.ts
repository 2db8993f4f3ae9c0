import {extname, join} from 'node:path';
import {namesIn} from '../base/folder.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import {readSafetensorsHeader} from '../format/safetensors-read.js';
import {readTorchShapes} from '../format/torch-file.js';
import type {TensorShapes} from '../stage/stage-type.js';

/** Files that hold one sample: `preprocess.pass2` publishes two for each, one after the other in order of name. */
const FILES_OF_A_SAMPLE = 2;

/** Shapes of the first sample's tensors in a folder; undefined where there is none or it cannot be read, which its stage says. */
export async function firstShapes(folder: string): Promise<TensorShapes | undefined> {
  const found: Record<string, readonly number[]> = Object.create(null);
  try {
    const names = namesIn(folder).sort();
    for (const name of ofKind(names, '.safetensors').slice(0, FILES_OF_A_SAMPLE)) {
      const {tensors} = await readSafetensorsHeader(join(folder, name));
      for (const [tensor, {shape}] of tensors) found[tensor] ??= shape;
    }
    for (const name of ofKind(names, '.pt').slice(0, 1))
      for (const [tensor, shape] of await readTorchShapes(join(folder, name))) found[tensor] ??= shape;
  } catch (error) {
    if (!(error instanceof SidestepError) && !isSystemError(error)) throw error;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

function ofKind(names: readonly string[], ending: string): string[] {
  return names.filter((name) => extname(name).toLowerCase() === ending);
}
