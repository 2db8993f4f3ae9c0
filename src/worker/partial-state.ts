import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {noFault, syncTree, writeDurably} from '../base/durable.js';
import type {JsonObject} from '../base/json.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import {removeFile} from '../base/remove.js';
import {
  readSavedState,
  SAVED_STATE_FILE,
  SAVED_STATE_FORMAT,
  type SavedStateNote,
} from '../base/saved-state.js';
import {type Seal, sealFolder} from '../base/seal.js';
import {sealed} from '../base/state-file.js';

/** What a stage can continue from after an interruption: a folder of its own making and a description of it. */
export interface PartialState {
  /** The newest whole state; undefined when there is none. The runner has checked it, and all that it counts on. */
  readonly newest: () => Promise<SavedState | undefined>;
  /**
   * Saves a state: `write` fills an empty folder, then it becomes the newest at one stroke. A crash at any instant
   * leaves the old state or the new one.
   */
  readonly save: (write: (dir: string) => Promise<void>, description: Description) => Promise<SavedState>;
  /** The newest state, described again: it stays where it is. Throws when there is none. */
  readonly describe: (description: Description) => Promise<SavedState>;
}

export interface Description {
  /** E.g. `{global_step: 1200, epoch: 12}`. */
  readonly about: JsonObject;
  /** What else a resumed attempt will read in the folder of partial work: it is on the disk already. */
  readonly beside?: Seal;
  /** Older states than so many are removed; 1 when nothing is said. */
  readonly keep?: number;
}

export interface SavedState {
  readonly dir: string;
  /** As the stage described it. */
  readonly about: JsonObject;
  /** Of the state's own folder and of what is beside it. */
  readonly seal: Seal;
}

const nothing: Seal = {folders: [], beginnings: []};

export function partialStateIn(root: string): PartialState {
  return {
    newest: async () => {
      const note = readSavedState(root);
      return typeof note === 'string' ? undefined : savedState(root, note);
    },
    save: (write, description) => save(root, write, description),
    describe: (description) => describe(root, description),
  };
}

function savedState(root: string, {folder, about, seal}: SavedStateNote): SavedState {
  return {dir: join(root, folder), about, seal};
}

async function save(
  root: string,
  write: (dir: string) => Promise<void>,
  {about, beside = nothing, keep = 1}: Description,
): Promise<SavedState> {
  const older = await statesIn(root);
  const folder = `state-${(numberOf(older[older.length - 1]) ?? 0) + 1}`;
  const dir = join(root, folder);
  await makeFolder(dir);
  await write(dir);
  await syncTree(dir);
  const seal = {...beside, folders: [await sealFolder(root, folder), ...beside.folders]};
  const saved = await point(root, {folder, about, seal}); // from here on it counts
  for (const old of older.slice(0, Math.max(0, older.length + 1 - keep))) {
    await removeLeftover(join(root, old));
  }
  return saved;
}

async function describe(root: string, {about, beside = nothing}: Description): Promise<SavedState> {
  const note = readSavedState(root);
  if (typeof note === 'string') throw new Error(`there is no saved state in ${root} to describe`);
  const {folder} = note;
  const own = note.seal.folders.filter(({path}) => path === folder);
  return point(root, {folder, about, seal: {...beside, folders: [...own, ...beside.folders]}});
}

async function point(
  root: string,
  what: Pick<SavedStateNote, 'folder' | 'about' | 'seal'>,
): Promise<SavedState> {
  const note: SavedStateNote = {format: SAVED_STATE_FORMAT, by: basename(root), ...what};
  const pointer = join(root, SAVED_STATE_FILE);
  const aside = `${pointer}.new`; // one name, since one worker works here: an attempt that was killed leaves one at most
  await removeFile(aside);
  await writeDurably(pointer, sealed(note), noFault, aside);
  return savedState(root, note);
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
