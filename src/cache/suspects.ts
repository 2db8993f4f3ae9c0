import type {ContentHash} from '../base/hash.js';
import type {Cache, EvictedObject} from './cache.js';
import {removeEntry} from './entries.js';
import type {CacheEntry, OutputObject} from './entry.js';
import {readEntries} from './inventory.js';
import {dropTaintedPartials} from './partial.js';

/**
 * Removes the entries that were made from objects that turned out to be damaged: what made them may have read the wrong
 * bytes. (What was made from those in turn goes by the hash of their bytes, and is found again if they come out the same.)
 */
export async function dropSuspects(cache: Cache, evicted: readonly EvictedObject[]): Promise<CacheEntry[]> {
  const damaged = new Set(evicted.filter(({reason}) => reason !== 'missing').map(({hash}) => hash));
  if (damaged.size === 0) return [];
  const entries = await readEntries(cache);
  const tainted = taintedBy(damaged, entries);
  const suspects = entries.filter(({made_from}) => made_from.some((hash) => tainted.has(hash)));
  for (const {fingerprint} of suspects) await removeEntry(cache, fingerprint);
  await dropTaintedPartials(cache, damaged);
  return suspects;
}

/** The damaged objects, and all outputs that hold or name one. */
function taintedBy(damaged: ReadonlySet<ContentHash>, entries: readonly CacheEntry[]): Set<ContentHash> {
  const tainted = new Set(damaged);
  for (const {outputs, refers} of entries) {
    const named = refers.some(({hash}) => damaged.has(hash));
    for (const output of Object.values(outputs))
      if (named || holds(output, damaged)) tainted.add(output.hash);
  }
  return tainted;
}

function holds(output: OutputObject, damaged: ReadonlySet<ContentHash>): boolean {
  return output.kind === 'tree' && output.files.some(({hash}) => damaged.has(hash));
}
