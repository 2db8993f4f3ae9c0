import {existsSync, statSync} from 'node:fs';
import {copyFile, link, readdir, rename, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type Fingerprint, isHash} from '../base/hash.js';
import {isJsonObject, type JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {jsonIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {partialDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';

/** Which saved work: `group` is shared by stages that may continue from one another, `fingerprint` says whose it is. */
export interface PartialKey {
  readonly group: Fingerprint;
  readonly fingerprint: Fingerprint;
}

/** A whole state that some attempt saved, as its own pointer file describes it. */
export interface SavedPartial {
  readonly fingerprint: Fingerprint;
  readonly about: JsonObject;
  /** Milliseconds since the epoch. */
  readonly saved_at: number;
}

/** Whose work it is; gc keeps what an interrupted run of a pipeline that still exists will continue from. */
export interface PartialNote {
  readonly pipeline_file: string;
  readonly lock_file: string;
}

const NOTE = 'pipeline.json';

/** The folder that outlives an interrupted attempt; what lies in it is never taken for an output. */
export async function openPartial(cache: Cache, key: PartialKey, note: PartialNote): Promise<string> {
  const folder = partialDir(cache.root, key);
  await makeFolder(folder);
  const path = join(folder, NOTE);
  await writeDurably(path, JSON.stringify(note), cache.fault, ownedTemporaryName(cache, path));
  return folder;
}

/** What was noted in a folder of partial work; undefined for one of before there were notes. */
export function partialNote(cache: Cache, name: string): PartialNote | undefined {
  const note = jsonIfReadable(join(cache.root, 'partial', name, NOTE));
  if (!isJsonObject(note)) return undefined;
  const {pipeline_file, lock_file} = note;
  if (typeof pipeline_file !== 'string' || typeof lock_file !== 'string') return undefined;
  return {pipeline_file, lock_file};
}

/** Its name among the folders of partial work. */
export function partialName({group, fingerprint}: PartialKey): string {
  return `${group}.${fingerprint}`;
}

/** The whole states of a group, newest first. `pointer` is the file that workers rename into place when one is whole. */
export function savedPartials(cache: Cache, group: Fingerprint, pointer: string): SavedPartial[] {
  const shelf = join(cache.root, 'partial');
  const found = namesIn(shelf)
    .filter((name) => name.startsWith(`${group}.`))
    .flatMap((name) => readPointer(join(shelf, name, pointer)));
  return found.sort((a, b) => b.saved_at - a.saved_at);
}

function readPointer(path: string): SavedPartial[] {
  const [, fingerprint = '', ...rest] = basename(dirname(path)).split('.');
  if (!isHash(fingerprint) || rest.length > 0) return []; // a copy that was being made
  const value = jsonIfReadable(path);
  const stat = statSync(path, {throwIfNoEntry: false});
  if (!isJsonObject(value) || !isJsonObject(value.about) || stat === undefined) return [];
  return [{fingerprint: fingerprint as Fingerprint, about: value.about, saved_at: stat.mtimeMs}];
}

export function hasPartial(cache: Cache, key: PartialKey, pointer: string): 'yes' | 'no' {
  return existsSync(join(partialDir(cache.root, key), pointer)) ? 'yes' : 'no';
}

/**
 * Gives `key` a copy of another's saved work, unless it has some of its own. States are never written in place, so links
 * do, and both may go on; files named in `growing` are appended to and are copied. When the other is at work at this very
 * moment and removes what is being linked, nothing is taken over: `lost`.
 */
export async function takeOverPartial(
  cache: Cache,
  key: PartialKey,
  {
    from,
    pointer,
    growing,
  }: {readonly from: Fingerprint; readonly pointer: string; readonly growing: readonly string[]},
): Promise<'taken' | 'had_own' | 'lost'> {
  if (hasPartial(cache, key, pointer) === 'yes') return 'had_own';
  const own = partialDir(cache.root, key);
  const aside = ownedTemporaryName(cache, own);
  try {
    await linkAll(partialDir(cache.root, {...key, fingerprint: from}), aside, new Set(growing));
    await rm(own, {recursive: true, force: true}); // not whole, else it would have been found
    await rename(aside, own);
    return 'taken';
  } catch (error) {
    await rm(aside, {recursive: true, force: true});
    if (isFileError(error, 'ENOENT')) return 'lost';
    throw error;
  }
}

async function linkAll(from: string, to: string, growing: ReadonlySet<string>): Promise<void> {
  await makeFolder(to);
  for (const entry of await readdir(from, {withFileTypes: true})) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkAll(source, target, growing);
    else if (growing.has(entry.name)) await copyFile(source, target);
    else await linkOrCopy(source, target);
  }
}

/** Some file systems know no links. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (!isFileError(error, 'EPERM', 'ENOTSUP', 'EMLINK', 'EXDEV')) throw error;
    await copyFile(source, target);
  }
}

export async function dropPartial(cache: Cache, key: PartialKey): Promise<void> {
  await rm(partialDir(cache.root, key), {recursive: true, force: true});
}
