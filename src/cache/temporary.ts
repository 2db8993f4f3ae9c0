import {isFileError} from '../base/durable.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import {removeFile, removeTree} from '../base/remove.js';
import type {Cache} from './cache.js';
import {putEntry} from './entries.js';
import {bulkOf, type CacheEntry, type ObjectRef, objectsOf} from './entry.js';
import {neededPartials} from './gc.js';
import {type Inventory, takeInventory} from './inventory.js';
import {jobNeeds} from './job-folder.js';
import {objectPath, treeDir} from './layout.js';
import {partialNote} from './partial.js';
import {type Root, readRoots} from './roots.js';

/** What is removed of finished temporary outputs, decided before anything goes. */
export interface TemporaryRemoval {
  /** Entries that lose bytes, as they will be written: what they were made of and led to stays known. */
  readonly entries: readonly CacheEntry[];
  readonly objects: readonly ObjectRef[];
  readonly trees: readonly ContentHash[];
}

/**
 * Removes the bytes of temporary outputs that every project which names them has done with. To be called with the store to oneself:
 * a running pipeline relies on what it found there. Entries are marked before objects go, so that at no instant a loss looks like
 * damage; whatever ends this in the middle, the next call goes on.
 */
export async function removeTemporary(cache: Cache, now: number): Promise<TemporaryRemoval> {
  const removal = await temporaryRemoval(cache, now);
  for (const entry of removal.entries) await putEntry(cache, entry);
  for (const hash of removal.trees) await removeTree(treeDir(cache.root, hash));
  for (const {hash} of removal.objects) {
    cache.seen.delete(hash);
    await removeFile(objectPath(cache.root, hash)).catch(whereNotOurs);
  }
  return removal;
}

/** What that would remove at this moment. */
export async function temporaryRemoval(cache: Cache, now: number): Promise<TemporaryRemoval> {
  const roots = readRoots(cache);
  const inventory = await takeInventory(cache);
  return planTemporaryRemoval(inventory, {roots, in_use: inUse(cache, inventory, roots), now});
}

/** In a cache that several share, a file may be another's; his own runs remove it. */
function whereNotOurs(error: unknown): void {
  if (!isFileError(error, 'EACCES', 'EPERM')) throw error;
}

/** Pure: what goes. An object stays that an entry needs which is not temporary, or work that is under way. */
export function planTemporaryRemoval(
  inventory: Inventory,
  {
    roots,
    in_use,
    now,
  }: {readonly roots: readonly Root[]; readonly in_use: ReadonlySet<ContentHash>; readonly now: number},
): TemporaryRemoval {
  const finished = finishedIn(roots);
  const entries = inventory.entries.map(({entry}) => entry);
  const goingOf = (entry: CacheEntry): readonly string[] => [
    ...new Set([...(entry.removed?.outputs ?? []), ...(finished.get(entry.fingerprint) ?? [])]),
  ];
  const stays = new Set(in_use);
  for (const entry of entries)
    if (!isPart(entry)) for (const {hash} of remaining(entry, goingOf(entry))) stays.add(hash);
  const objects = new Map<ContentHash, ObjectRef>();
  for (const entry of entries)
    if (finished.has(entry.fingerprint))
      for (const object of bulkOf(entry, goingOf(entry)))
        if (!stays.has(object.hash) && inventory.objects.has(object.hash)) objects.set(object.hash, object);
  const loses = (entry: CacheEntry, names: readonly string[]) =>
    bulkOf(entry, names).some(({hash}) => objects.has(hash));
  const marked = entries.flatMap((entry): CacheEntry[] => {
    const names = isPart(entry) ? Object.keys(entry.outputs) : goingOf(entry);
    const outputs = names.filter((name) => loses(entry, [name]) || entry.removed?.outputs.includes(name));
    return loses(entry, names) ? [{...entry, removed: {at: now, outputs}}] : [];
  });
  return {
    entries: marked,
    objects: [...objects.values()],
    trees: treesOf(inventory, {objects, entries: marked}),
  };
}

/** A part of a sample: it lives by what a stage made of all of them needs. */
function isPart({made_by}: CacheEntry): boolean {
  return made_by.includes('/');
}

function remaining(entry: CacheEntry, gone: readonly string[]): ObjectRef[] {
  const removable = new Set(bulkOf(entry, gone).map(({hash}) => hash));
  return objectsOf(entry).filter(({hash}) => !removable.has(hash));
}

/** Folders of links hold the bytes too. */
function treesOf(
  {trees}: Inventory,
  {
    objects,
    entries,
  }: {readonly objects: ReadonlyMap<ContentHash, ObjectRef>; readonly entries: readonly CacheEntry[]},
): ContentHash[] {
  const there = new Set(trees.map(({name}) => name));
  const outputs = entries.flatMap((entry) => Object.values(entry.outputs));
  const going = outputs.filter(
    (output) =>
      output.kind === 'tree' && there.has(output.hash) && output.files.some(({hash}) => objects.has(hash)),
  );
  return [...new Set(going.map(({hash}) => hash))];
}

/** By fingerprint the outputs that all projects which name it have done with. */
function finishedIn(roots: readonly Root[]): Map<Fingerprint, readonly string[]> {
  const finished = new Map<Fingerprint, readonly string[]>();
  for (const {temporary = []} of roots)
    for (const {fingerprint} of temporary) {
      const naming = roots.filter(({fingerprints}) => fingerprints.includes(fingerprint));
      const lists = naming.map(
        (root) => root.temporary?.find((each) => each.fingerprint === fingerprint)?.outputs ?? [],
      );
      const outputs = (lists[0] ?? []).filter((name) => lists.every((list) => list.includes(name)));
      if (outputs.length > 0) finished.set(fingerprint, outputs);
    }
  return finished;
}

/** What jobs of a cluster may be reading, and what unfinished work that will be continued was made from. */
function inUse(cache: Cache, inventory: Inventory, roots: readonly Root[]): Set<ContentHash> {
  const {hashes, attempts} = jobNeeds(cache);
  const used = new Set(hashes);
  const made = new Set<string>(inventory.entries.map(({entry}) => entry.fingerprint));
  for (const name of neededPartials(cache, inventory, {roots, attempts})) {
    if (made.has(name.split('.')[1] ?? '')) continue; // finished: kept for a longer run
    for (const hash of partialNote(cache, name)?.made_from ?? []) used.add(hash);
  }
  return used;
}
