import type {Cache, EvictedObject} from '../cache/cache.js';
import {type CacheEntry, type ObjectRef, type OutputObject, objectsOf} from '../cache/entry.js';
import {checkObject, evict} from '../cache/soundness.js';
import {dropSuspects} from '../cache/suspects.js';
import type {RunEvent} from '../event/event.js';
import {bringHere} from './fetch.js';

type Teller = (event: RunEvent) => void;

/**
 * Checks objects that are about to be read, once those that other places have were brought here. Those that are damaged are gone
 * afterwards, with what was made from them, and each is reported as an event. Returns them.
 */
export async function checkObjects(
  cache: Cache,
  objects: Iterable<ObjectRef>,
  emit: Teller,
): Promise<EvictedObject[]> {
  await bringHere(cache, objects, emit);
  const evicted: EvictedObject[] = [];
  for (const object of new Map([...objects].map((object) => [object.hash, object])).values()) {
    const damage = await checkObject(cache, object);
    if (damage !== undefined) evicted.push(damage);
  }
  await dropSuspects(cache, evicted);
  for (const {hash, reason} of evicted) emit({kind: 'object_evicted', object: hash, reason});
  return evicted;
}

/** What planning saw damaged (it changes nothing) is removed before anything runs. */
export async function evictSeen(cache: Cache, emit: Teller): Promise<void> {
  const evicted: EvictedObject[] = [];
  for (const [hash, reason] of [...cache.damaged]) evicted.push(await evict(cache, {hash, reason}));
  await dropSuspects(cache, evicted);
  for (const {hash, reason} of evicted) emit({kind: 'object_evicted', object: hash, reason});
}

/** What a stage reads of one before it: all its outputs, and what they name. */
export function objectsRead(entry: CacheEntry): ObjectRef[] {
  return objectsOf(entry);
}

/** What a stage further on may read of it through a path that a stage between them wrote down. */
export function objectsInTrees(entry: CacheEntry): ObjectRef[] {
  return Object.values(entry.outputs).flatMap((output: OutputObject) =>
    output.kind === 'tree' ? output.files : [],
  );
}
