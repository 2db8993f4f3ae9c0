import {existsSync, readFileSync, statSync} from 'node:fs';
import {copyFile, link, mkdir, readdir, rename, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {isFileError, temporaryName} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type Fingerprint, isHash} from '../base/hash.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {Cache} from './cache.js';
import {partialDir} from './layout.js';

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

/** The folder that outlives an interrupted attempt; what lies in it is never taken for an output. */
export async function openPartial(cache: Cache, key: PartialKey): Promise<string> {
  const folder = partialDir(cache.root, key);
  await mkdir(folder, {recursive: true});
  return folder;
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
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Json;
    if (!isJsonObject(value) || !isJsonObject(value.about)) return [];
    return [{fingerprint: fingerprint as Fingerprint, about: value.about, saved_at: statSync(path).mtimeMs}];
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return [];
    throw error;
  }
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
  const aside = temporaryName(own);
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
  await mkdir(to, {recursive: true});
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
