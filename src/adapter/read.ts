import {stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import type {JsonObject} from '../base/json.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError, systemErrorName} from '../base/system-error.js';
import {openSafetensors} from '../format/safetensors-read.js';
import type {Tensor} from '../format/tensor.js';
import {isListed} from '../format/user-file.js';
import {parseUserObject, readUserObject} from '../format/user-json.js';
import type {Adapter} from './adapter.js';
import type {AdapterFile} from './adapter-file.js';
import {DIFFUSERS_PREFIX} from './module-name.js';
import {adapterOf} from './read-tensors.js';
import type {WrittenFile} from './reader/reader.js';

/** Names under which libraries keep an adapter in a folder of its own, the surest first. */
const FILES = [
  'adapter_model.safetensors',
  'lokr_weights.safetensors',
  'loha_weights.safetensors',
  'pytorch_lora_weights.safetensors',
] as const;

/**
 * Reads an adapter folder or file of any program that names its tensors as PEFT, diffusers, kohya's trainers, ai-toolkit, LyCORIS
 * or ComfyUI do, under that program's rule. Modules get the decoder's own names.
 * Throws `adapter/not-found`, `adapter/config-invalid`, `adapter/layout-unknown`, `adapter/unknown-module`,
 * `adapter/incomplete`, and what reading safetensors throws.
 */
export async function readAdapter(path: string): Promise<Adapter> {
  const info = await stat(fsPath(path)).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    const nothing = isFileError(error, 'ENOENT', 'ENOTDIR');
    throw notFound(
      path,
      nothing ? 'there is no such file or folder' : `it cannot be looked at (${systemErrorName(error)})`,
    );
  });
  return adapterOf(await loadFile(info.isDirectory() ? fileIn(path) : path));
}

/** A file that was just written, for a program's rule to be tried on. */
export async function readWritten(path: string): Promise<WrittenFile> {
  await using file = await openSafetensors(path);
  const tensors = new Map<string, Tensor>();
  for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
  return {path, tensors, metadata: file.metadata, config: await configBeside(path)};
}

/** The file that holds the adapter of a folder. Throws `adapter/not-found`. */
export function fileIn(folder: string): string {
  const names = namesIn(folder);
  const known = FILES.find((name) => names.includes(name));
  if (known !== undefined) return join(folder, known);
  const others = names.filter((name) => name.endsWith('.safetensors'));
  if (others.length === 1 && !names.includes('config.json')) return join(folder, others[0]!);
  throw notFound(folder, whatIsThere(names));
}

/** In words what a folder without an adapter holds instead. */
function whatIsThere(names: readonly string[]): string {
  const pickles = names.filter((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  if (pickles.length > 0)
    return `the folder holds ${pickles.join(', ')}, a pickle, which can run code when it is opened and is not read; save the adapter again with safe_serialization=True, as adapter_model.safetensors`;
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  if (names.includes('config.json') && weights.length > 0)
    return 'the folder holds a whole model (config.json and weights), no adapter';
  if (weights.length > 1) return `the folder holds several files (${weights.join(', ')}); name one of them`;
  const folders = ['peft', 'lycoris', 'comfyui', 'diffusers'].filter((name) => names.includes(name));
  if (folders.length > 0) return `the folder holds exports; name one of them, such as ${folders[0]}`;
  return `the folder holds no adapter_model.safetensors${names.length > 0 ? `, only ${names.slice(0, 5).join(', ')}` : ' and nothing else'}`;
}

async function loadFile(path: string): Promise<AdapterFile> {
  await using file = await openSafetensors(path);
  const tensors = new Map<string, Tensor>();
  for (const name of [...file.tensors.keys()].sort()) tensors.set(name, await file.read(name));
  const config = (await configBeside(path)) ?? diffusersSettings(file.metadata.lora_adapter_metadata, path);
  return {path, tensors, metadata: file.metadata, config};
}

/** PEFT keeps rank and alpha in a file beside the tensors, which belongs to no file but adapter_model.safetensors. */
async function configBeside(path: string): Promise<JsonObject | undefined> {
  if (basename(path) !== 'adapter_model.safetensors') return undefined;
  const config = join(dirname(path), 'adapter_config.json');
  if (!isListed(config))
    throw notFound(path, 'adapter_config.json, which holds its alpha, is missing beside it');
  return readUserObject(config);
}

function diffusersSettings(text: string | undefined, path: string): JsonObject | undefined {
  if (text === undefined) return undefined;
  const value = parseUserObject(text, `${path}: lora_adapter_metadata`);
  const own = Object.entries(value).filter(([key]) => key.startsWith(DIFFUSERS_PREFIX));
  return Object.fromEntries(own.map(([key, setting]) => [key.slice(DIFFUSERS_PREFIX.length), setting]));
}

function notFound(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'adapter/not-found',
    message: `No adapter at ${shownPath(path)}: ${why}`,
    hint: "Expected a train stage's output folder, a folder with adapter_config.json, or an adapter's safetensors file.",
  });
}
