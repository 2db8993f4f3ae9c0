import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFile} from '../base/if-there.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {elementCount} from '../format/dtype.js';
import type {TensorEntry} from '../format/safetensors-header.js';
import {readSafetensorsHeader} from '../format/safetensors-read.js';
import {isListed} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';
import {sizeFaults} from './ace-step-sizes.js';
import type {ExpectedTensors} from './expected-tensors.js';
import type {ComponentName, MissingPart} from './model.js';
import {readConfig} from './model-config.js';
import {weightFaults} from './weights-against-config.js';

/** The files of one component, and what keeps it from being used. */
export interface ComponentFiles {
  readonly component: ComponentName;
  readonly dir: string;
  /** Names within `dir`, sorted; what is missing is not among them. */
  readonly files: readonly string[];
  readonly missing: readonly MissingPart[];
  /** Elements of all tensors; 0 for components without weights. */
  readonly parameters: number;
}

/** What the weights of a component must hold, given the names that are there (some have more than one spelling). */
export type TensorsOf = (config: JsonObject, has: (name: string) => boolean) => ExpectedTensors;

/**
 * config.json and the weights of a model folder: `STEM.safetensors`, or the shards that `STEM.safetensors.index.json`
 * lists. Every file's header is checked, and its tensors are compared with what config.json asks for.
 */
export async function weightFiles(
  component: ComponentName,
  {dir, stem, tensorsOf}: {dir: string; stem: string; tensorsOf: TensorsOf},
): Promise<ComponentFiles> {
  const missing: MissingPart[] = [];
  const note = (file: string, reason: string) => missing.push({component, path: join(dir, file), reason});
  if (!(await isFile(join(dir, 'config.json')))) note('config.json', 'the file is missing');
  else await readable(join(dir, 'config.json'), (reason) => note('config.json', reason));
  const names = await findShards({dir, stem}, note);
  const shards: Shard[] = [];
  for (const file of names)
    shards.push({file, tensors: await headerOf(join(dir, file), (why) => note(file, why))});
  const config = missing.length === 0 ? await readConfig(dir) : undefined;
  const wrongSizes = config === undefined ? [] : sizeFaults(config);
  for (const fault of wrongSizes) note('config.json', fault);
  if (config !== undefined && wrongSizes.length === 0) {
    const found = new Map(shards.flatMap(({tensors}) => [...tensors]));
    const faults = weightFaults(
      found,
      tensorsOf(config, (name) => found.has(name)),
    );
    for (const fault of faults)
      note(shards.length === 1 ? shards[0]!.file : `${stem}.safetensors.index.json`, fault);
  }
  for (const {file, tensor, first} of heldTwice(shards))
    note(file, `it holds ${tensor}, and so does ${first}`);
  const present = ['config.json', ...names].filter(
    (file) => !missing.some(({path}) => path === join(dir, file)),
  );
  return {component, dir, files: present.sort(), missing, parameters: parametersOf(shards)};
}

interface Shard {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** The first tensor of each shard that an earlier one holds too: no one can say which of them is meant. */
function heldTwice(shards: readonly Shard[]): {file: string; tensor: string; first: string}[] {
  const holder = new Map<string, string>();
  return shards.flatMap(({file, tensors}) => {
    const names = [...tensors.keys()];
    const tensor = names.find((name) => holder.has(name));
    const first = tensor === undefined ? undefined : holder.get(tensor);
    for (const name of names) if (!holder.has(name)) holder.set(name, file);
    return tensor === undefined || first === undefined ? [] : [{file, tensor, first}];
  });
}

function parametersOf(shards: readonly Shard[]): number {
  const tensors = shards.flatMap(({tensors}) => [...tensors.values()]);
  return tensors.reduce((sum, {shape}) => sum + (elementCount(shape) ?? 0), 0);
}

/** Plain files that must be there, and others that belong to the component when they are. */
export async function plainFiles(
  component: ComponentName,
  {dir, required, optional = []}: {dir: string; required: readonly string[]; optional?: readonly string[]},
): Promise<ComponentFiles> {
  const files: string[] = [];
  const missing: MissingPart[] = [];
  for (const file of required) {
    if (await isFile(join(dir, file))) files.push(file);
    else missing.push({component, path: join(dir, file), reason: 'the file is missing'});
  }
  for (const file of optional) if (await isFile(join(dir, file))) files.push(file);
  return {component, dir, files: files.sort(), missing, parameters: 0};
}

type Note = (file: string, reason: string) => void;

/** The weight files of a folder: one, or those that its index names. */
async function findShards({dir, stem}: {dir: string; stem: string}, note: Note): Promise<string[]> {
  const indexName = `${stem}.safetensors.index.json`;
  if (await isFile(join(dir, `${stem}.safetensors`))) return [`${stem}.safetensors`];
  if (isListed(join(dir, indexName)))
    return readIndex(join(dir, indexName), (reason) => note(indexName, reason));
  const others = (await readdir(dir).catch(() => [])).filter((name) =>
    /\.(safetensors|bin|pt|pth|ckpt|gguf)$/.test(name),
  );
  const there = others.filter((name) => name !== 'silence_latent.pt' && name !== `${stem}.safetensors`);
  if (others.includes(`${stem}.safetensors`))
    note(`${stem}.safetensors`, await whatItIs(join(dir, `${stem}.safetensors`)));
  else
    note(
      `${stem}.safetensors`,
      there.length === 0
        ? 'the file is missing'
        : `the file is missing; ${there.join(', ')} cannot take its place`,
    );
  return [];
}

/** Of a name that is listed and no file. */
async function whatItIs(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'it is a link that leads nowhere';
  return found.isDirectory() ? 'it is a folder' : 'it is a pipe or a device';
}

/** Tensors that an index promises and config.json does not ask for (`lm_head.weight`) may be missing. */
async function readIndex(path: string, note: (reason: string) => void): Promise<string[]> {
  const index = await readable(path, note);
  if (index === undefined) return [];
  const map = index.weight_map;
  if (!isJsonObject(map)) {
    note('it is not an index with a weight_map');
    return [];
  }
  const entries = Object.entries(map).map(([tensor, file]) => [tensor, inFolder(file)] as const);
  const outside = entries.filter(([, file]) => file === undefined);
  if (outside.length > 0)
    note(`it puts ${outside.length} tensors outside the folder, such as ${outside[0]![0]}`);
  return [...new Set(entries.flatMap(([, file]) => file ?? []))].sort();
}

/** A file's plain name, which some tools write as `./name`; undefined when it is elsewhere. */
function inFolder(file: Json): string | undefined {
  const name = typeof file === 'string' ? file.replace(/^\.\//, '') : '';
  return name === '' || /[/\\]/.test(name) || name === '..' || name.includes('\0') ? undefined : name;
}

async function headerOf(
  path: string,
  note: (reason: string) => void,
): Promise<ReadonlyMap<string, TensorEntry>> {
  try {
    return (await readSafetensorsHeader(path)).tensors;
  } catch (error) {
    note(reasonOf(error));
    return new Map();
  }
}

/** What a file's refusal says of it; anything but a refusal is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof SidestepError) return error.problem.message;
  if (error instanceof Error && 'code' in error)
    return error.code === 'ENOENT' ? 'the file is missing' : error.message;
  throw error;
}

/** A JSON object; `undefined`, and a note why, for a file that is none. */
async function readable(path: string, note: (reason: string) => void): Promise<JsonObject | undefined> {
  try {
    return await readUserObject(path);
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    note(error.problem.message);
    return undefined;
  }
}
