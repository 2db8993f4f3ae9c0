import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {openSafetensors} from '../format/safetensors-read.js';
import type {Tensor} from '../format/tensor.js';
import type {Adapter} from './adapter.js';
import {readComfyui} from './read-comfyui.js';
import {readDiffusers} from './read-diffusers.js';
import {readLycoris} from './read-lycoris.js';
import {readPeft} from './read-peft.js';

/** All of a safetensors file: adapters are small enough to be held whole. */
export interface AdapterFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads an adapter folder or file in any layout sidestep writes: PEFT, LyCORIS, ComfyUI, diffusers.
 * Throws `adapter/not-found`, `adapter/layout-unknown`, `adapter/incomplete` and what reading safetensors throws.
 */
export async function readAdapter(path: string): Promise<Adapter> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw notFound(path, 'there is no such file or folder');
  if (!info.isDirectory()) return fromFile(await loadFile(path));
  for (const name of ['lokr_weights.safetensors', 'loha_weights.safetensors'])
    if (await isFile(join(path, name))) return readLycoris(await loadFile(join(path, name)));
  const weights = join(path, 'adapter_model.safetensors');
  if (!(await isFile(weights))) throw notFound(path, 'the folder holds no adapter_model.safetensors');
  return readPeft(await loadFile(weights), await readConfig(join(path, 'adapter_config.json')));
}

function fromFile(file: AdapterFile): Adapter {
  const names = [...file.tensors.keys()];
  if (names.some((name) => /\.(lokr_w1|hada_w1)/.test(name))) return readLycoris(file);
  if (names.some((name) => name.includes('.lora_down.'))) return readComfyui(file);
  if (names.some((name) => name.startsWith('transformer.'))) return readDiffusers(file);
  if (names.some((name) => /\.lora_A\./.test(name))) {
    throw new SidestepError({
      code: 'adapter/layout-unknown',
      message: `${file.path} holds PEFT tensors but no rank and alpha`,
      hint: 'Name the folder with adapter_config.json instead of the file in it.',
    });
  }
  throw new SidestepError({
    code: 'adapter/layout-unknown',
    message: `${file.path} is no adapter that sidestep knows: its first tensor is ${JSON.stringify(names[0] ?? 'missing')}`,
    hint: 'Known layouts: PEFT folders, LyCORIS, ComfyUI and diffusers safetensors files.',
  });
}

async function loadFile(path: string): Promise<AdapterFile> {
  await using file = await openSafetensors(path);
  const tensors = new Map<string, Tensor>();
  for (const name of [...file.tensors.keys()].sort()) tensors.set(name, await file.read(name));
  return {path, tensors, metadata: file.metadata};
}

async function readConfig(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) throw notFound(path, 'it is missing beside adapter_model.safetensors');
  const value = parseJson(text, path);
  if (!isJsonObject(value)) throw notFound(path, 'it holds no JSON object');
  return value;
}

function parseJson(text: string, path: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw notFound(path, `it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

function notFound(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'adapter/not-found',
    message: `No adapter at ${path}: ${why}`,
    hint: "Expected a train stage's output folder, a folder with adapter_config.json, or an adapter's safetensors file.",
  });
}
