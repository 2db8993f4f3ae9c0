import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {noFault, syncFile, syncFolder, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {isJsonObject, type JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {jsonIfReadable} from '../base/state-file.js';
import {PARTIAL_POINTER} from '../protocol/message.js';

/** What a stage can continue from after an interruption: a folder of its own making and a description of it. */
export interface PartialState {
  /** The newest whole state; undefined when there is none. */
  readonly newest: () => Promise<SavedState | undefined>;
  /**
   * Saves a state: `write` fills an empty folder, then it becomes the newest at one stroke. A crash at any instant
   * leaves the old state or the new one. Older states than `keep` are removed.
   */
  readonly save: (
    write: (dir: string) => Promise<void>,
    about: JsonObject,
    keep?: number,
  ) => Promise<SavedState>;
}

export interface SavedState {
  readonly dir: string;
  /** As the stage described it, e.g. `{global_step: 1200, epoch: 12}`. */
  readonly about: JsonObject;
}

export function partialStateIn(root: string): PartialState {
  return {newest: () => readNewest(root), save: (write, about, keep = 1) => save(root, {write, about, keep})};
}

async function readNewest(root: string): Promise<SavedState | undefined> {
  const pointer = jsonIfReadable(join(root, PARTIAL_POINTER));
  if (!isJsonObject(pointer) || typeof pointer.folder !== 'string' || !isJsonObject(pointer.about))
    return undefined;
  const named = numberOf(pointer.folder) !== undefined && namesIn(root).includes(pointer.folder);
  return named ? {dir: join(root, pointer.folder), about: pointer.about} : undefined;
}

interface Saving {
  readonly write: (dir: string) => Promise<void>;
  readonly about: JsonObject;
  readonly keep: number;
}

async function save(root: string, {write, about, keep}: Saving): Promise<SavedState> {
  const older = await statesIn(root);
  const folder = `state-${(numberOf(older[older.length - 1]) ?? 0) + 1}`;
  const dir = join(root, folder);
  await makeFolder(dir);
  await write(dir);
  await syncAll(dir);
  const pointer = join(root, PARTIAL_POINTER);
  const aside = `${pointer}.new`; // one name, since one worker works here: an attempt that was killed leaves one at most
  await rm(aside, {force: true});
  await writeDurably(pointer, JSON.stringify({folder, about}), noFault, aside); // from here on it counts
  for (const old of older.slice(0, Math.max(0, older.length + 1 - keep))) {
    await rm(join(root, old), {recursive: true, force: true});
  }
  return {dir, about};
}

/** Folders of states by number, oldest first; an unfinished one of a crashed attempt is among them and ages out. */
async function statesIn(root: string): Promise<string[]> {
  await makeFolder(root);
  const names = (await readdir(root)).filter((name) => numberOf(name) !== undefined);
  return names.sort((a, b) => numberOf(a)! - numberOf(b)!);
}

function numberOf(name: string | undefined): number | undefined {
  const match = /^state-(\d+)$/.exec(name ?? '');
  return match === null ? undefined : Number(match[1]);
}

async function syncAll(dir: string): Promise<void> {
  for (const entry of await readdir(dir, {withFileTypes: true})) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) await syncAll(path);
    else await syncFile(path);
  }
  await syncFolder(dir);
}
