import {readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {SidestepError} from '../../src/base/problem.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import type {Tensor} from '../../src/format/tensor.js';
import {isTensor, readTorchFile, type TorchValue} from '../../src/format/torch-file.js';
import {broken, exact, type Verdict} from './verdict.js';

interface Index {
  readonly must_load: readonly string[];
  readonly may_load_or_refuse_cleanly: readonly string[];
  readonly must_refuse: readonly string[];
}

/** `torch_files/INDEX.json`: what must load (tensor for tensor) and what must be refused. */
export async function judgeTorchFiles(folder: string): Promise<Verdict[]> {
  const index = JSON.parse(await readFile(join(folder, 'INDEX.json'), 'utf8')) as Index;
  const either = index.may_load_or_refuse_cleanly.map((name) => name.split(' ')[0]!);
  const judged = [
    ...index.must_load.map((name) => ({name, judge: mustLoad})),
    ...index.must_refuse.map((name) => ({name, judge: mustRefuse})),
    ...either.map((name) => ({name, judge: loadsOrRefuses})),
  ];
  const verdicts: Verdict[] = [];
  for (const {name, judge} of judged)
    verdicts.push(
      await judge(join(folder, name)).then(
        (wrong) => exact(`torch_files/${name}`, wrong),
        (error: unknown) => broken(`torch_files/${name}`, error),
      ),
    );
  return verdicts;
}

async function mustLoad(path: string): Promise<string[]> {
  const tensors = tensorsIn(await readTorchFile(path));
  await using twin = await openSafetensors(path.replace(/\.pt$/, '.safetensors'));
  const stem = basename(path, '.pt');
  const wrong: string[] = [];
  for (const [name, found] of tensors) {
    const known = [name, stem, BARE_TENSOR].find((candidate) => twin.tensors.has(candidate)) ?? name;
    if (!isDeepStrictEqual(found, await twin.read(known))) wrong.push(name);
  }
  return tensors.size === 0 ? ['no tensors'] : wrong;
}

/** How the twin of silence_latent.pt, a file that is one tensor and no dictionary, calls it; others have their file's name. */
const BARE_TENSOR = 'silence_latent';

/** Every tensor anywhere in the value, by the last dictionary key on the way to it. */
function tensorsIn(value: TorchValue, name = '', found = new Map<string, Tensor>()): Map<string, Tensor> {
  if (isTensor(value)) found.set(name, value);
  else if (value instanceof Map) for (const [key, entry] of value) tensorsIn(entry, String(key), found);
  else if (Array.isArray(value)) for (const entry of value) tensorsIn(entry, name, found);
  return found;
}

async function mustRefuse(path: string): Promise<string[]> {
  return (await outcome(path)) === 'refused' ? [] : ['it was loaded'];
}

async function loadsOrRefuses(path: string): Promise<string[]> {
  await outcome(path);
  return [];
}

/** Any exception but a typed refusal is thrown on: it would be a bug. */
async function outcome(path: string): Promise<'loaded' | 'refused'> {
  try {
    await readTorchFile(path);
    return 'loaded';
  } catch (error) {
    if (error instanceof SidestepError) return 'refused';
    throw error;
  }
}
