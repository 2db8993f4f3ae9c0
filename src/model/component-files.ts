import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {elementCount} from '../format/dtype.js';
import {readSafetensorsHeader} from '../format/safetensors-read.js';
import type {ComponentName, MissingPart} from './model.js';

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

/**
 * config.json and the weights of a model folder: `STEM.safetensors`, or the shards that `STEM.safetensors.index.json`
 * lists. Every file's header is checked, and every tensor of the index looked for in its shard.
 */
export async function weightFiles(
  component: ComponentName,
  {dir, stem}: {dir: string; stem: string},
): Promise<ComponentFiles> {
  const missing: MissingPart[] = [];
  const note = (file: string, reason: string) => missing.push({component, path: join(dir, file), reason});
  if (!(await isFile(join(dir, 'config.json')))) note('config.json', 'the file is missing');
  const shards = await findShards({dir, stem}, note);
  let parameters = 0;
  for (const [file, tensors] of shards) parameters += await checkShard({dir, file, tensors}, note);
  const present = ['config.json', ...shards.keys()].filter(
    (file) => !missing.some(({path}) => path === join(dir, file)),
  );
  return {component, dir, files: present.sort(), missing, parameters};
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

/** Weight files with the tensors an index promises in each; no promises without an index. */
async function findShards(
  {dir, stem}: {dir: string; stem: string},
  note: Note,
): Promise<Map<string, readonly string[]>> {
  const indexName = `${stem}.safetensors.index.json`;
  if (await isFile(join(dir, `${stem}.safetensors`))) return new Map([[`${stem}.safetensors`, []]]);
  if (await isFile(join(dir, indexName)))
    return readIndex(join(dir, indexName), (reason) => note(indexName, reason));
  const others = (await readdir(dir).catch(() => [])).filter((name) =>
    /\.(safetensors|bin|pt|pth|ckpt|gguf)$/.test(name),
  );
  const there = others.filter((name) => name !== 'silence_latent.pt');
  note(
    `${stem}.safetensors`,
    there.length === 0
      ? 'the file is missing'
      : `the file is missing; ${there.join(', ')} cannot take its place`,
  );
  return new Map();
}

async function readIndex(
  path: string,
  note: (reason: string) => void,
): Promise<Map<string, readonly string[]>> {
  const index = await readFile(path, 'utf8').then((text) => parseObject(text));
  const map = index?.weight_map;
  if (!isJsonObject(map)) {
    note('it is not an index with a weight_map');
    return new Map();
  }
  const shards = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || file.includes('/') || file.includes('\\'))
      note(`it puts ${tensor} outside the folder`);
    else shards.set(file, [...(shards.get(file) ?? []), tensor]);
  }
  return shards;
}

async function checkShard(
  shard: {dir: string; file: string; tensors: readonly string[]},
  note: Note,
): Promise<number> {
  try {
    const {tensors} = await readSafetensorsHeader(join(shard.dir, shard.file));
    const absent = shard.tensors.filter((name) => !tensors.has(name));
    if (absent.length > 0)
      note(shard.file, `it lacks ${absent.length} tensors of its index, such as ${absent[0]}`);
    return [...tensors.values()].reduce((sum, {shape}) => sum + (elementCount(shape) ?? 0), 0);
  } catch (error) {
    if (error instanceof SidestepError) note(shard.file, error.problem.message);
    else if (error instanceof Error && 'code' in error)
      note(shard.file, error.code === 'ENOENT' ? 'the file is missing' : error.message);
    else throw error;
    return 0;
  }
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
