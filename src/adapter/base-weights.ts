import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {openSafetensors, type SafetensorsFile} from '../format/safetensors-read.js';
import type {Tensor} from '../format/tensor.js';
import {withoutWrappers} from './module-name.js';

/** Weights of the base model's decoder, by the names adapters use (`layers.0.self_attn.q_proj`), read one at a time. */
export interface BaseWeights extends AsyncDisposable {
  readonly path: string;
  /** Shapes as stored: `[out, in]`, of convolutions `[out, in, taps]`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Throws `adapter/unknown-module` when the model has no such module. */
  readonly read: (module: string) => Promise<Tensor>;
}

/**
 * Opens a model's folder, or one safetensors file. Throws `adapter/base-missing` when there is no safetensors file, and what
 * opening one throws.
 */
export async function openBase(path: string): Promise<BaseWeights> {
  const files: SafetensorsFile[] = [];
  const close = async () => {
    for (const file of files) await file.close();
  };
  try {
    for (const file of await weightFiles(path)) files.push(await openSafetensors(file));
  } catch (error) {
    await close();
    throw error;
  }
  const places = new Map(files.flatMap((file) => [...decoderWeights(file)]));
  const read = async (module: string) => {
    const place = places.get(module);
    if (place === undefined) throw unknownModule(module, path);
    return place.file.read(place.tensor);
  };
  const shapes = new Map(
    [...places].map(([module, {file, tensor}]) => [module, file.tensors.get(tensor)!.shape]),
  );
  return {path, shapes, read, [Symbol.asyncDispose]: close};
}

/** Upstream keeps the diffusion transformer under `decoder.`; a merged or extracted file may not. */
function* decoderWeights(
  file: SafetensorsFile,
): Iterable<readonly [string, {readonly file: SafetensorsFile; readonly tensor: string}]> {
  for (const tensor of file.tensors.keys()) {
    const name = withoutWrappers(tensor);
    if (!name.endsWith('.weight') || /^(encoder|tokenizer|detokenizer)\./.test(name)) continue;
    yield [name.replace(/^decoder\./, '').slice(0, -'.weight'.length), {file, tensor}];
  }
}

async function weightFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith('.safetensors')).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error;
  }
  throw new SidestepError({
    code: 'adapter/base-missing',
    message: `No base model at ${shownPath(path)}: there is no safetensors file`,
    hint: 'Name the folder of the model itself, such as checkpoints/acestep-v15-turbo.',
  });
}

export function unknownModule(module: string, base: string): SidestepError {
  return new SidestepError({
    code: 'adapter/unknown-module',
    message: `The adapter adapts ${module}; the model at ${base} has no such module`,
    hint: 'The adapter was made for another model, or written by a program that names modules in another way.',
  });
}
