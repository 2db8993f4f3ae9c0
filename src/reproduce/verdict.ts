import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {hashFile} from '../base/hash.js';
import {openSafetensors} from '../format/safetensors-read.js';

export type RemadeVerdict =
  | {readonly kind: 'same_bytes'; readonly path: string}
  /** The same tensors; `keys` of the metadata differ. */
  | {readonly kind: 'same_tensors'; readonly path: string; readonly keys: readonly string[]}
  | {readonly kind: 'other_tensors'; readonly path: string; readonly tensors: readonly string[]}
  | {readonly kind: 'nothing_made'};

/** What a run made beside the file that was to be made again: the same, or the most alike. */
export async function compareMade(file: string, folder: string): Promise<RemadeVerdict> {
  const wanted = await hashFile(file);
  const made = await safetensorsBelow(folder);
  for (const path of made) if ((await hashFile(path)).hash === wanted.hash) return {kind: 'same_bytes', path};
  const verdicts = [];
  for (const path of made) verdicts.push(await difference(file, path));
  const weight = (verdict: RemadeVerdict) => (verdict.kind === 'other_tensors' ? verdict.tensors.length : 0);
  return verdicts.sort((a, b) => weight(a) - weight(b))[0] ?? {kind: 'nothing_made'};
}

async function safetensorsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.safetensors'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function difference(file: string, path: string): Promise<RemadeVerdict> {
  await using wanted = await openSafetensors(file);
  await using made = await openSafetensors(path);
  const names = new Set([...wanted.tensors.keys(), ...made.tensors.keys()]);
  const tensors: string[] = [];
  for (const name of names) {
    const both = wanted.tensors.has(name) && made.tensors.has(name);
    const same = both && Buffer.compare((await wanted.read(name)).data, (await made.read(name)).data) === 0;
    if (!same) tensors.push(name);
  }
  if (tensors.length > 0) return {kind: 'other_tensors', path, tensors};
  const keys = new Set([...Object.keys(wanted.metadata), ...Object.keys(made.metadata)]);
  const other = [...keys].filter((key) => wanted.metadata[key] !== made.metadata[key]).sort();
  return {kind: 'same_tensors', path, keys: other};
}
