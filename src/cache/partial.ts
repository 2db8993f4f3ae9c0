import {existsSync, statSync} from 'node:fs';
import {copyFile, readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {removeLeftover} from '../base/leftover.js';
import {linkOrCopy} from '../base/link-or-copy.js';
import {makeFolder} from '../base/make-folder.js';
import {removeTree} from '../base/remove.js';
import {rename} from '../base/rename.js';
import type {OtherVersion} from '../base/saved-by.js';
import {isOwn, readSavedState, SAVED_STATE_FILE, workOf} from '../base/saved-state.js';
import {type Damage, damageIn} from '../base/seal.js';
import {readState, sealed, textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {partialsDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {isOfThisMachine, livingOwner, type Owner, parseOwner} from './owner.js';

/**
 * Which saved work: `group` is shared by stages that may continue from one another, `fingerprint` says whose it is.
 *
 * Each attempt has a folder of its own, `partial/GROUP.FINGERPRINT.ATTEMPT`. A runner that takes over from one that certainly ended
 * renames its folder; from one that only fell silent (another machine, a lost job) it takes a copy, and leaves the folder: should the
 * silent one live after all, the two never write into one place.
 */
export interface PartialKey {
  readonly group: Fingerprint;
  readonly fingerprint: Fingerprint;
}

/** The folder of one attempt at that work. */
export interface AttemptKey extends PartialKey {
  /** Letters, digits and hyphens: the runner's id, or the name of a job. */
  readonly attempt: string;
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
  /** Absent in work of earlier versions. */
  readonly stage?: string;
  /** The objects that attempts read: when one turns out to be damaged, what was saved may hold its traces. */
  readonly made_from: readonly ContentHash[];
  /** When its project had last finished a run, by that run's clock, when the folder was opened; 0: never. Absent in older work. */
  readonly opened_after?: number;
  /** Who opened the folder last; undefined where no process of ours ends with its runner (a job), or it is not known. */
  readonly owner?: Owner | undefined;
}

const NOTE = 'pipeline.json';

/** The folder that outlives an interrupted attempt; what is in it is never taken for an output. */
export async function openPartial(cache: Cache, key: AttemptKey, note: PartialNote): Promise<string> {
  const folder = attemptDir(cache, key);
  await makeFolder(folder);
  const path = join(folder, NOTE);
  await writeDurably(path, sealed(note), cache.fault, ownedTemporaryName(cache, path));
  return folder;
}

function attemptDir(cache: Cache, key: AttemptKey): string {
  return join(partialsDir(cache.root), `${partialName(key)}.${key.attempt}`);
}

/** The folders of all attempts at this work; some may hold nothing whole. */
function attemptsAt(cache: Cache, key: PartialKey): string[] {
  const shelf = partialsDir(cache.root);
  return namesIn(shelf)
    .filter((name) => parsePartialName(name) !== undefined && workOf(name) === partialName(key))
    .map((name) => join(shelf, name));
}

/** Undefined for what is no folder of partial work: a copy that is being made. Older ones have no attempt in their names. */
function parsePartialName(name: string): {readonly fingerprint: Fingerprint} | undefined {
  const [, fingerprint = '', attempt, ...rest] = name.split('.');
  if (!isHash(fingerprint) || rest.length > 0 || (attempt !== undefined && !/^[\w-]+$/.test(attempt)))
    return undefined;
  return {fingerprint: fingerprint as Fingerprint};
}

/** What was noted in a folder of partial work; undefined where that cannot be said. */
export function partialNote(cache: Cache, name: string): PartialNote | undefined {
  const note = readState(join(partialsDir(cache.root), name, NOTE)) as Json | undefined;
  if (!isJsonObject(note)) return undefined;
  const {pipeline_file, lock_file, made_from, owner, stage, opened_after} = note;
  if (typeof pipeline_file !== 'string' || typeof lock_file !== 'string' || !Array.isArray(made_from))
    return undefined;
  const own = {pipeline_file, lock_file, made_from: made_from as ContentHash[], owner: parseOwner(owner)};
  return {
    ...own,
    ...(typeof stage === 'string' ? {stage} : {}),
    ...(typeof opened_after === 'number' ? {opened_after} : {}),
  };
}

/** Whole states that attempts at a stage of this pipeline left, newest first, whatever the stage was told then. */
export function partialsOf(
  cache: Cache,
  {pipeline_file, stage}: Required<Pick<PartialNote, 'pipeline_file' | 'stage'>>,
): (SavedPartial & Pick<PartialNote, 'lock_file'>)[] {
  const shelf = partialsDir(cache.root);
  const own = namesIn(shelf).flatMap((name) => {
    const note = partialNote(cache, name);
    if (note?.pipeline_file !== pipeline_file || note.stage !== stage) return [];
    const {lock_file} = note;
    return describedIn(join(shelf, name)).map((saved) => ({...saved, lock_file}));
  });
  return own.sort((a, b) => b.saved_at - a.saved_at);
}

/** The work's name among the folders of partial work: see `workOf`. */
export function partialName({group, fingerprint}: PartialKey): string {
  return `${group}.${fingerprint}`;
}

/** The newest whole state of each work of a group, newest first, as they say of themselves: see `adoptPartial`. */
export function savedPartials(cache: Cache, group: Fingerprint): SavedPartial[] {
  const shelf = partialsDir(cache.root);
  const found = namesIn(shelf)
    .filter((name) => name.startsWith(`${group}.`))
    .flatMap((name) => describedIn(join(shelf, name)))
    .sort((a, b) => b.saved_at - a.saved_at);
  return found.filter((saved, i) => i === found.findIndex((each) => each.fingerprint === saved.fingerprint));
}

function describedIn(folder: string): SavedPartial[] {
  const name = parsePartialName(basename(folder));
  if (name === undefined) return [];
  const note = readSavedState(folder);
  const saved_at = savedAt(folder);
  if (note === 'none' || note === 'unreadable' || saved_at === undefined) return [];
  const saved = {fingerprint: name.fingerprint, saved_at};
  return [typeof note === 'string' ? {...saved, about: {}, written_by: note} : {...saved, about: note.about}];
}

function savedAt(folder: string): number | undefined {
  return statSync(join(folder, SAVED_STATE_FILE), {throwIfNoEntry: false})?.mtimeMs;
}

/** Folders of this work with a note of a state, newest first. */
function savedAttempts(cache: Cache, key: PartialKey): string[] {
  const found = attemptsAt(cache, key).flatMap((folder) => {
    const at = savedAt(folder);
    return at === undefined ? [] : [{folder, at}];
  });
  return found.sort((a, b) => b.at - a.at).map(({folder}) => folder);
}

export function hasPartial(cache: Cache, key: PartialKey): boolean {
  const states = savedAttempts(cache, key).map(readSavedState);
  return states.some((state) => typeof state !== 'string');
}

/**
 * Makes the newest sound state of this very work the attempt's own, every byte of it read before. What is found not to be sound on
 * the way is reported and removed. To be called by the owner of the claim on the work. Returns whether there is one now.
 */
export async function adoptPartial(
  cache: Cache,
  key: AttemptKey,
  {growing, refuse}: {readonly growing: readonly string[]; readonly refuse: (found: RefusedPartial) => void},
): Promise<boolean> {
  const own = attemptDir(cache, key);
  for (const folder of savedAttempts(cache, key)) {
    const check = await checkFolder(folder);
    if (check.kind === 'sound') {
      if (folder !== own && !(await makeOwn(cache, {folder, own, growing}))) continue;
      await dropEnded(cache, key);
      return true;
    }
    if (check.kind === 'none') continue; // somebody else's, who keeps it to himself
    if (check.kind === 'damaged' || check.kind === 'other_version') refuse(check);
    await removeLeftover(folder);
  }
  await adoptUnfinished(cache, key);
  return false;
}

/** What an attempt prepared before it saved a state (songs converted) need not be prepared again. */
async function adoptUnfinished(cache: Cache, key: AttemptKey): Promise<void> {
  const own = attemptDir(cache, key);
  const ended = attemptsAt(cache, key).filter((folder) => hasEnded(cache, basename(folder)));
  if (ended[0] !== undefined && !existsSync(own))
    await makeOwn(cache, {folder: ended[0], own, growing: []}).catch(whereReadOnly);
  await dropEnded(cache, key);
}

async function dropEnded(cache: Cache, key: AttemptKey): Promise<void> {
  const others = attemptsAt(cache, key).filter((folder) => folder !== attemptDir(cache, key));
  for (const folder of others) if (hasEnded(cache, basename(folder))) await removeLeftover(folder);
}

export type RefusedPartial = Extract<
  PartialCheck,
  {readonly kind: 'damaged'} | {readonly kind: 'other_version'}
>;

interface Adoption {
  readonly folder: string;
  readonly own: string;
  readonly growing: readonly string[];
}

/** False where the folder is gone by now. A container cannot rename folders of the layers below it: they are copied. */
async function makeOwn(cache: Cache, {folder, own, growing}: Adoption): Promise<boolean> {
  if (!hasEnded(cache, basename(folder))) return copyPartial(cache, {from: folder, own, growing});
  try {
    await removeTree(own); // not whole, else it would be newer
    await rename(folder, own);
    return true;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return false;
    if (isFileError(error, 'EXDEV')) return copyPartial(cache, {from: folder, own, growing});
    throw error;
  }
}

/** Whether no one can write into a folder any more: its runner was this one, or one of this machine that is no more. */
function hasEnded(cache: Cache, name: string): boolean {
  const [, , attempt] = name.split('.');
  const owner = partialNote(cache, name)?.owner;
  if (owner === undefined) return attempt === undefined; // of a version that named no attempt
  return (
    owner.id === cache.owner.id || (isOfThisMachine(owner) && livingOwner(cache.root, owner.id) === undefined)
  );
}

/**
 * Reads all that a folder's saved work counts on. `sound`: it may be continued. `none`: there is none. `unfinished`: a copy of other work
 * that was still being made this work's own when its runner was killed; the original is as it was.
 */
async function checkFolder(folder: string): Promise<PartialCheck> {
  const note = readSavedState(folder);
  if (note === 'none') return {kind: 'none'};
  if (note === 'older_version' || note === 'newer_version') return {kind: 'other_version', version: note};
  if (note === 'unreadable') return {kind: 'damaged', damage: {path: SAVED_STATE_FILE, what: 'changed'}};
  const damage = await damageIn(folder, note.seal);
  if (damage === undefined) return {kind: 'sound'};
  return isOwn(note, folder) ? {kind: 'damaged', damage} : {kind: 'unfinished'};
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
  for (const name of namesIn(partialsDir(cache.root))) {
    const known = parsePartialName(name);
    if (known === undefined) continue; // a copy that was being made
    const check = await settledCheck(join(partialsDir(cache.root), name));
    if (check.kind === 'sound') sound += 1;
    if (check.kind === 'damaged') damaged.push({name, ...known, ...check.damage});
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
 * Gives an attempt a copy of another work's newest state, unless there is some of its own work. States are never written in place, so
 * links do, and both may go on; files named in `growing` are appended to and are copied. When the other is at work at this very moment
 * and removes what is being linked, nothing is taken over: `lost`. The copy is read before it is counted on: `damaged` ones go.
 */
export async function takeOverPartial(
  cache: Cache,
  key: AttemptKey,
  {from, growing}: {readonly from: Fingerprint; readonly growing: readonly string[]},
): Promise<'taken' | 'had_own' | 'lost' | 'damaged'> {
  if (hasPartial(cache, key)) return 'had_own';
  const own = attemptDir(cache, key);
  const [source] = savedAttempts(cache, {...key, fingerprint: from});
  if (source === undefined) return 'lost';
  if (!(await copyPartial(cache, {from: source, own, growing}))) return 'lost';
  if ((await checkFolder(own)).kind === 'sound') return 'taken';
  await removeTree(own);
  return 'damaged';
}

/** False where the folder is gone by now. */
async function copyPartial(
  cache: Cache,
  {from, own, growing}: {readonly from: string; readonly own: string; readonly growing: readonly string[]},
): Promise<boolean> {
  const aside = ownedTemporaryName(cache, own);
  try {
    await linkAll(from, aside, new Set(growing));
    await removeTree(own); // not whole, else it would have been found
    await rename(aside, own);
    return true;
  } catch (error) {
    await removeTree(aside).catch(() => {}); // the next run sweeps it away
    if (isFileError(error, 'ENOENT')) return false;
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

/** Removes the saved work of which one of these objects, which were damaged, may be part; and what no longer says what it is of. */
export async function dropTaintedPartials(cache: Cache, damaged: ReadonlySet<ContentHash>): Promise<void> {
  const shelf = partialsDir(cache.root);
  for (const name of namesIn(shelf).filter((each) => typeof readSavedState(join(shelf, each)) !== 'string')) {
    const note = partialNote(cache, name);
    const tainted = note === undefined || note.made_from.some((hash) => damaged.has(hash));
    if (tainted) await removeTree(join(shelf, name)).catch(whereReadOnly);
  }
}

/** Nothing can be made from it there either. */
function whereReadOnly(error: unknown): void {
  if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM', 'ENOENT')) throw error;
}

/** All that was saved of this work, by whatever attempt. */
export async function dropPartial(cache: Cache, key: PartialKey): Promise<void> {
  for (const folder of attemptsAt(cache, key)) await removeTree(folder);
}

/**
 * After the work is done: what its attempts saved goes, or with `but` what all but the newest did. One that was only silent ends when it
 * finds its folder gone, and takes the result. What cannot be removed costs room and nothing else.
 */
export async function tidyPartial(cache: Cache, key: PartialKey, but: 'none' | 'newest'): Promise<void> {
  const [newest] = savedAttempts(cache, key);
  for (const folder of attemptsAt(cache, key))
    if (but === 'none' || folder !== newest) await removeLeftover(folder);
}
