import {statSync} from 'node:fs';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import type {ContentHash} from '../base/hash.js';
import {removeTree} from '../base/remove.js';
import type {Cache, EvictedObject} from './cache.js';
import {removeEntry} from './entries.js';
import {bulkOf, type CacheEntry, type ObjectRef, objectsOf} from './entry.js';
import {removeJunk, takeInventory} from './inventory.js';
import {objectPath, treeDir} from './layout.js';
import {type DamagedPartial, readPartials} from './partial.js';
import {readAndCompare, saveChecked} from './soundness.js';
import {dropSuspects} from './suspects.js';
import {isWholeTree, type TreeOutput} from './tree.js';

export interface VerifyReport {
  readonly entries: number;
  readonly objects: number;
  readonly bytes: number;
  readonly evicted: readonly EvictedObject[];
  /** Entries that could not be read, and were removed. */
  readonly junk_entries: number;
  /** Folders that were not what their objects say, and were removed: they are put together again when needed. */
  readonly trees: readonly ContentHash[];
  /** Entries whose objects are damaged or gone, and were removed: their stages will run again when asked for. */
  readonly incomplete: readonly CacheEntry[];
  /** Other entries, which were made from a damaged object, and were removed as well. */
  readonly suspect: readonly CacheEntry[];
  /** How much saved work, to be continued by an interrupted stage, is sound. */
  readonly saved_states: number;
  /** Saved work that is not what was written, and was removed: its stages continue from what else is there, or begin again. */
  readonly damaged_states: readonly DamagedPartial[];
  /** false: something could not be removed, in a cache that is read-only or somebody else's. It is never used, and found again. */
  readonly all_removed: boolean;
}

/**
 * Reads every byte of the cache, folders included, removes what is damaged, what lacks a part and what was made from
 * either, and says what will be computed again: the next look finds nothing. In a cache that cannot be written nothing is
 * removed, only said.
 */
export async function verifyCache(
  cache: Cache,
  progress: (done: number, total: number) => void,
): Promise<VerifyReport> {
  const inventory = await takeInventory(cache);
  const {objects} = inventory;
  const evicted: EvictedObject[] = [];
  let bytes = 0;
  let done = 0;
  for (const [hash, {size}] of objects) {
    const corrupt = await readAndCompare(cache, {hash, size});
    if (corrupt !== undefined) evicted.push(corrupt);
    bytes += size;
    progress(++done, objects.size);
  }
  const entries = inventory.entries.map(({entry}) => entry);
  const gone = new Set(evicted.map(({hash}) => hash));
  const lacks = ({hash, size}: {hash: ContentHash; size: number}) =>
    gone.has(hash) || objects.get(hash)?.size !== size;
  const incomplete = entries.filter((entry) => neededOf(entry).some(lacks));
  const suspect = await dropSuspects(cache, evicted); // before the incomplete ones go: they say what was made of what
  for (const entry of incomplete) if (stillLacks(cache, entry)) await removeEntry(cache, entry.fingerprint);
  const wrong = await wrongTrees(cache, entries, {names: inventory.trees.map(({name}) => name), gone});
  const states = await readPartials(cache);
  const removals = await Promise.all([
    whereWritable(() => removeJunk(inventory)),
    ...wrong.map((hash) => whereWritable(() => removeTree(treeDir(cache.root, hash)))),
    ...states.damaged.map(({name}) => whereWritable(() => removeTree(join(cache.root, 'partial', name)))),
  ]);
  const all_removed = !removals.includes(false) && cache.forgotten.size === 0 && cache.damaged.size === 0;
  await saveChecked(cache);
  return {
    entries: entries.length,
    objects: objects.size,
    bytes,
    evicted,
    junk_entries: inventory.junk.length,
    trees: wrong,
    incomplete,
    suspect: suspect.filter(
      ({fingerprint}) => !incomplete.some((entry) => entry.fingerprint === fingerprint),
    ),
    saved_states: states.sound,
    damaged_states: states.damaged,
    all_removed,
  };
}

/** All but what was removed as temporary, or may have been. */
function neededOf(entry: CacheEntry): ObjectRef[] {
  const removable = new Set(bulkOf(entry, entry.removed?.outputs ?? []).map(({hash}) => hash));
  return objectsOf(entry).filter(({hash}) => !removable.has(hash));
}

/** A runner may have made the object again while the others were read. */
function stillLacks(cache: Cache, entry: CacheEntry): boolean {
  return neededOf(entry).some(
    ({hash, size}) =>
      cache.damaged.has(hash) ||
      statSync(objectPath(cache.root, hash), {throwIfNoEntry: false})?.size !== size,
  );
}

/** Trees of entries are read; what belongs to no entry is no one's. */
async function wrongTrees(
  cache: Cache,
  entries: readonly CacheEntry[],
  {names, gone}: {readonly names: readonly string[]; readonly gone: ReadonlySet<ContentHash>},
): Promise<ContentHash[]> {
  const outputs = entries.flatMap((entry) => Object.values(entry.outputs));
  const known = new Map(
    outputs.filter((output): output is TreeOutput => output.kind === 'tree').map((tree) => [tree.hash, tree]),
  );
  const wrong: ContentHash[] = [];
  for (const name of names) {
    const tree = known.get(name as ContentHash);
    if (tree === undefined) continue; // gc's, or just being put together
    const sound = !tree.files.some(({hash}) => gone.has(hash)) && (await isWholeTree(cache, tree));
    if (!sound) wrong.push(tree.hash);
  }
  return wrong;
}

/** Whether it could be. */
async function whereWritable(change: () => Promise<void>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
    return false;
  }
}
