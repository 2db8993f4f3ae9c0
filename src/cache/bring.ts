import {existsSync} from 'node:fs';
import {join} from 'node:path';
import pLimit from 'p-limit';
import {type Fingerprint, hashFile} from '../base/hash.js';
import {makeFolder} from '../base/make-folder.js';
import {removeFile} from '../base/remove.js';
import type {Cache} from './cache.js';
import {putEntry, readEntry, sourceEntry} from './entries.js';
import {type ObjectRef, objectsOf} from './entry.js';
import {objectPath, temporaryDir} from './layout.js';
import {objectState, placeObject} from './object.js';
import type {CacheSource} from './source.js';

/** How far the bringing of some objects is. */
export interface Brought {
  readonly objects: number;
  readonly total_objects: number;
  readonly bytes: number;
  readonly total_bytes: number;
  /** Where the last of them came from. */
  readonly from: string;
}

export interface Bringing {
  readonly signal?: AbortSignal;
  readonly progress: (state: Brought) => void;
}

/** Objects at once: enough to fill a line, few enough for a disk. */
const AT_ONCE = 4;

/** Those of some objects that are not here, and that a source may have. */
export function absentObjects(cache: Cache, objects: Iterable<ObjectRef>): ObjectRef[] {
  if (cache.sources.length === 0) return [];
  const distinct = new Map([...objects].map((object) => [object.hash, object]));
  return [...distinct.values()].filter((object) => objectState(cache, object) !== 'present');
}

/**
 * Copies objects here that other places have: each written aside, compared with its name, then put in its place. What none of them has, or
 * what turns out to be something else, is still absent afterwards.
 */
export async function bringObjects(
  cache: Cache,
  objects: Iterable<ObjectRef>,
  {signal, progress}: Bringing,
): Promise<void> {
  const absent = absentObjects(cache, objects);
  if (absent.length === 0) return;
  const total_bytes = absent.reduce((sum, {size}) => sum + size, 0);
  let [bytes, done] = [0, 0];
  const report = (from: string) =>
    progress({objects: done, total_objects: absent.length, bytes, total_bytes, from});
  const limit = pLimit(AT_ONCE);
  const bringOne = async (object: ObjectRef): Promise<void> => {
    for (const source of cache.sources) {
      if (signal?.aborted === true) return;
      let own = 0;
      const received = (more: number) => {
        own += more;
        bytes += more;
        report(source.name);
      };
      if (await bringFrom(cache, source, object, {signal, received})) {
        done += 1;
        report(source.name);
        return;
      }
      bytes -= own;
    }
  };
  await Promise.all(absent.map((object) => limit(() => bringOne(object))));
}

/** Whether it is here now. */
async function bringFrom(
  cache: Cache,
  source: CacheSource,
  object: ObjectRef,
  order: Parameters<CacheSource['bring']>[2],
): Promise<boolean> {
  const folder = join(temporaryDir(cache.root, cache.owner.id), 'brought');
  const aside = join(folder, object.hash);
  await makeFolder(folder);
  await removeFile(aside);
  try {
    if (!(await source.bring(object, aside, order))) {
      if (order.signal?.aborted !== true) source.lacks(object, 'missing');
      return false;
    }
    const found = await hashFile(aside);
    if (found.hash !== object.hash || found.size !== object.size) {
      source.lacks(object, 'wrong');
      return false;
    }
    await placeObject(cache, aside, object);
    return true;
  } finally {
    await removeFile(aside);
  }
}

/** Writes down entries of other places whose every object is here now: they hold from now on without that place. */
export async function keepEntries(cache: Cache, fingerprints: Iterable<Fingerprint>): Promise<void> {
  if (cache.sources.length === 0) return;
  for (const fingerprint of new Set(fingerprints)) {
    const entry = sourceEntry(cache, fingerprint);
    if (entry === undefined || readEntry(cache, fingerprint) !== undefined) continue;
    if (objectsOf(entry).every(({hash}) => existsSync(objectPath(cache.root, hash))))
      await putEntry(cache, entry);
  }
}
