import {isFileError} from '../base/durable.js';
import {type ContentHash, hashFile} from '../base/hash.js';
import type {Cache} from './cache.js';
import {type CacheEntry, type ObjectRef, objectsOf} from './entry.js';
import {takeInventory} from './inventory.js';
import {objectPath} from './layout.js';
import {evict} from './object.js';

/** An object that was not what its name and entry say, and was removed. */
export interface EvictedObject {
  readonly hash: ContentHash;
  readonly reason: 'wrong_size' | 'wrong_hash';
}

export interface VerifyReport {
  readonly entries: number;
  readonly objects: number;
  readonly bytes: number;
  readonly evicted: readonly EvictedObject[];
  /** Entries that lack an object now; their stages will run again when asked for. */
  readonly incomplete: readonly CacheEntry[];
}

/** Reads every byte of the cache, removes what is corrupt, and says which entries that touches. */
export async function verifyCache(
  cache: Cache,
  progress: (done: number, total: number) => void,
): Promise<VerifyReport> {
  const {entries, objects} = await takeInventory(cache);
  const evicted: EvictedObject[] = [];
  let bytes = 0;
  let done = 0;
  for (const [hash, {size}] of objects) {
    const corrupt = await verifyObject(cache, {hash, size});
    if (corrupt !== undefined) evicted.push(corrupt);
    bytes += size;
    progress(++done, objects.size);
  }
  const gone = new Set(evicted.map((object) => object.hash));
  const incomplete = entries
    .map(({entry}) => entry)
    .filter((entry) =>
      objectsOf(entry).some(({hash, size}) => gone.has(hash) || objects.get(hash)?.size !== size),
    );
  return {entries: entries.length, objects: objects.size, bytes, evicted, incomplete};
}

/** Compares one object's bytes with its name; a corrupt one is removed and returned. A missing one is no matter here. */
export async function verifyObject(cache: Cache, object: ObjectRef): Promise<EvictedObject | undefined> {
  const found = await hashIfThere(objectPath(cache.root, object.hash));
  if (found === undefined || (found.hash === object.hash && found.size === object.size)) return undefined;
  await evict(cache, object.hash);
  return {hash: object.hash, reason: found.size === object.size ? 'wrong_hash' : 'wrong_size'};
}

async function hashIfThere(path: string): Promise<ObjectRef | undefined> {
  try {
    return await hashFile(path);
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
