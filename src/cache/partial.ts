import {statSync} from 'node:fs';
import {copyFile, link, readdir, rm} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {rename} from '../base/rename.js';
import {isOwn, type OtherVersion, readSavedState, SAVED_STATE_FILE} from '../base/saved-state.js';
import {type Damage, damageIn} from '../base/seal.js';
import {readState, sealed, textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {partialDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';

/** Which saved work: `group` is shared by stages that may continue from one another, `fingerprint` says whose it is. */
export interface PartialKey {
  readonly group: Fingerprint;
  readonly fingerprint: Fingerprint;
}

/** A whole state that some attempt saved, as its own note describes it. */
export interface SavedPartial {
  readonly fingerprint: Fingerprint;
  readonly about: JsonObject;
  /** Milliseconds since the epoch. */
  readonly saved_at: number;
  /** Saved by a version of sidestep whose states are not continued; `about` is empty then. */
  readonly written_by?: OtherVersion;
}

/** Whose work it is; gc keeps what an interrupted run of a pipeline that still exists will continue from. */
export interface PartialNote {
  readonly pipeline_file: string;
  readonly lock_file: string;
  /** The objects that attempts read: when one turns out to be damaged, what was saved may hold its traces. */
  readonly made_from: readonly ContentHash[];
}

const NOTE = 'pipeline.json';

/** The folder that outlives an interrupted attempt; what lies in it is never taken for an output. */
export async function openPartial(cache: Cache, key: PartialKey, note: PartialNote): Promise<string> {
  const folder = partialDir(cache.root, key);
  await makeFolder(folder);
  const path = join(folder, NOTE);
  await writeDurably(path, sealed(note), cache.fault, ownedTemporaryName(cache, path));
  return folder;
}

/** What was noted in a folder of partial work; undefined where that cannot be said. */
export function partialNote(cache: Cache, name: string): PartialNote | undefined {
  const note = readState(join(cache.root, 'partial', name, NOTE)) as Json | undefined;
  if (!isJsonObject(note)) return undefined;
  const {pipeline_file, lock_file, made_from} = note;
  if (typeof pipeline_file !== 'string' || typeof lock_file !== 'string' || !Array.isArray(made_from))
    return undefined;
  return {pipeline_file, lock_file, made_from: made_from as ContentHash[]};
}

/** Its name among the folders of partial work. */
export function partialName({group, fingerprint}: PartialKey): string {
  return `${group}.${fingerprint}`;
}

/** The whole states of a group, newest first, as they say of themselves: see `damageOfPartial`. */
export function savedPartials(cache: Cache, group: Fingerprint): SavedPartial[] {
  const shelf = join(cache.root, 'partial');
  const found = namesIn(shelf)
    .filter((name) => name.startsWith(`${group}.`))
    .flatMap((name) => describedIn(join(shelf, name)));
  return found.sort((a, b) => b.saved_at - a.saved_at);
}

function describedIn(folder: string): SavedPartial[] {
  const [, fingerprint = '', ...rest] = basename(folder).split('.');
  if (!isHash(fingerprint) || rest.length > 0) return []; // a copy that was being made
  const note = readSavedState(folder);
  const stat = statSync(join(folder, SAVED_STATE_FILE), {throwIfNoEntry: false});
  if (note === 'none' || note === 'unreadable' || stat === undefined) return [];
  const saved = {fingerprint: fingerprint as Fingerprint, saved_at: stat.mtimeMs};
  return [typeof note === 'string' ? {...saved, about: {}, written_by: note} : {...saved, about: note.about}];
}

export function hasPartial(cache: Cache, key: PartialKey): 'yes' | 'no' {
  return typeof readSavedState(partialDir(cache.root, key)) === 'string' ? 'no' : 'yes';
}

/**
 * Reads all that the saved work counts on. `sound`: it may be continued. `none`: there is none. `unfinished`: a copy of other work that
 * was still being made this work's own when its runner was killed; the original is as it was.
 */
export function checkPartial(cache: Cache, key: PartialKey): Promise<PartialCheck> {
  return checkFolder(partialDir(cache.root, key));
}

async function checkFolder(folder: string): Promise<PartialCheck> {
  const note = readSavedState(folder);
  if (note === 'none') return {kind: 'none'};
  if (note === 'older_version' || note === 'newer_version') return {kind: 'other_version', version: note};
  if (note === 'unreadable') return {kind: 'damaged', damage: {path: SAVED_STATE_FILE, what: 'changed'}};
  const damage = await damageIn(folder, note.seal);
  if (damage === undefined) return {kind: 'sound'};
  return isOwn(note, folder) === 'own' ? {kind: 'damaged', damage} : {kind: 'unfinished'};
}

export type PartialCheck =
  | {readonly kind: 'none' | 'sound' | 'unfinished'}
  | {readonly kind: 'other_version'; readonly version: OtherVersion}
  | {readonly kind: 'damaged'; readonly damage: Damage};

/** Saved work that will not be continued, and the first thing in it that is not what was written. */
export interface DamagedPartial extends Damage {
  readonly name: string;
  /** Whose it is. */
  readonly fingerprint: Fingerprint;
}

/** Reads all saved work. Somebody may be at it: what is damaged is damaged while its note stays the same. */
export async function readPartials(
  cache: Cache,
): Promise<{readonly sound: number; readonly damaged: readonly DamagedPartial[]}> {
  let sound = 0;
  const damaged: DamagedPartial[] = [];
  for (const name of namesIn(join(cache.root, 'partial'))) {
    const [, fingerprint = '', ...rest] = name.split('.');
    if (!isHash(fingerprint) || rest.length > 0) continue; // a copy that was being made
    const check = await settledCheck(join(cache.root, 'partial', name));
    if (check.kind === 'sound') sound += 1;
    if (check.kind === 'damaged')
      damaged.push({name, fingerprint: fingerprint as Fingerprint, ...check.damage});
  }
  return {sound, damaged};
}

async function settledCheck(folder: string): Promise<PartialCheck> {
  for (;;) {
    const before = textIfReadable(join(folder, SAVED_STATE_FILE));
    const check = await checkFolder(folder);
    if (check.kind !== 'damaged' || textIfReadable(join(folder, SAVED_STATE_FILE)) === before) return check;
  }
}

/**
 * Gives `key` a copy of another's saved work, unless it has some of its own. States are never written in place, so links
 * do, and both may go on; files named in `growing` are appended to and are copied. When the other is at work at this very
 * moment and removes what is being linked, nothing is taken over: `lost`.
 */
export async function takeOverPartial(
  cache: Cache,
  key: PartialKey,
  {from, growing}: {readonly from: Fingerprint; readonly growing: readonly string[]},
): Promise<'taken' | 'had_own' | 'lost'> {
  if (hasPartial(cache, key) === 'yes') return 'had_own';
  const own = partialDir(cache.root, key);
  const aside = ownedTemporaryName(cache, own);
  try {
    await linkAll(partialDir(cache.root, {...key, fingerprint: from}), aside, new Set(growing));
    await rm(own, {recursive: true, force: true}); // not whole, else it would have been found
    await rename(aside, own);
    return 'taken';
  } catch (error) {
    await rm(aside, {recursive: true, force: true}).catch(() => {}); // the next run sweeps it away
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

/** Removes the saved work of which one of these objects, which were damaged, may be part; and what no longer says what it is of. */
export async function dropTaintedPartials(cache: Cache, damaged: ReadonlySet<ContentHash>): Promise<void> {
  const shelf = join(cache.root, 'partial');
  for (const name of namesIn(shelf).filter((each) => typeof readSavedState(join(shelf, each)) !== 'string')) {
    const note = partialNote(cache, name);
    const tainted = note === undefined || note.made_from.some((hash) => damaged.has(hash));
    if (tainted) await rm(join(shelf, name), {recursive: true, force: true}).catch(whereReadOnly);
  }
}

/** Nothing can be made from it there either. */
function whereReadOnly(error: unknown): void {
  if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
}

export async function dropPartial(cache: Cache, key: PartialKey): Promise<void> {
  await rm(partialDir(cache.root, key), {recursive: true, force: true});
}
