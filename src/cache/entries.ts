import {isFileError, writeDurably} from '../base/durable.js';
import type {Fingerprint} from '../base/hash.js';
import {removeTree} from '../base/remove.js';
import {textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {bulkOf, type CacheEntry, type ObjectRef, objectsOf} from './entry.js';
import {entryText, parseEntry} from './entry-form.js';
import {appendToIndex, crossOut, indexedEntry} from './entry-index.js';
import {entryPath} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {objectState} from './object.js';

export type EntryState =
  | {readonly kind: 'present'; readonly entry: CacheEntry}
  | {readonly kind: 'absent'}
  /** These objects of temporary outputs were removed on purpose. */
  | {readonly kind: 'removed'; readonly entry: CacheEntry; readonly lost: readonly ObjectRef[]}
  /** The entry is there but these objects are not, or have a wrong size. */
  | {readonly kind: 'incomplete'; readonly entry: CacheEntry; readonly lost: readonly ObjectRef[]};

/**
 * Looks an entry up, here and where else finished work may be, and checks that each of its objects is there with its size.
 * Synchronous: planning asks thousands. What is found nowhere is noted, so that servers can be asked for it; what was removed here
 * as temporary only where somebody needs its `bytes`.
 */
export function lookUp(cache: Cache, fingerprint: Fingerprint, needs?: 'bytes'): EntryState {
  if (cache.forgotten.has(fingerprint)) return {kind: 'absent'};
  const indexed = stateOf(cache, indexedEntry(cache, fingerprint));
  // The index may lag behind a runner that has replaced the entry meanwhile; its own file is the truth.
  const here = indexed.kind === 'present' ? indexed : stateOf(cache, readEntry(cache, fingerprint));
  if (here.kind === 'present') return here;
  const entry = sourceEntry(cache, fingerprint);
  if (entry !== undefined) return {kind: 'present', entry};
  if (here.kind === 'removed' && needs === undefined) return here;
  if (cache.sources.some((source) => source.canAsk(fingerprint))) cache.misses.add(fingerprint);
  return here;
}

/** What other places are known to have under a fingerprint: its objects are brought here when something is about to read them. */
export function sourceEntry(cache: Cache, fingerprint: Fingerprint): CacheEntry | undefined {
  for (const source of cache.sources) {
    const entry = source.entry(fingerprint);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function stateOf(cache: Cache, entry: CacheEntry | undefined): EntryState {
  if (entry === undefined) return {kind: 'absent'};
  const lost = objectsOf(entry).filter((object) => objectState(cache, object) !== 'present');
  if (lost.length === 0) return {kind: 'present', entry};
  const removable = new Set(bulkOf(entry, entry.removed?.outputs ?? []).map(({hash}) => hash));
  return {kind: lost.every(({hash}) => removable.has(hash)) ? 'removed' : 'incomplete', entry, lost};
}

/** The entry as written, whether or not its objects still exist. Damaged, foreign or hostile text counts as absent. */
export function readEntry(cache: Cache, fingerprint: Fingerprint): CacheEntry | undefined {
  const text = textIfReadable(entryPath(cache.root, fingerprint));
  return text === undefined ? undefined : parseEntry(text, fingerprint);
}

/** Objects first, entry last: the entry is the proof that the outputs are finished. Places that take what is made here hear of it. */
export async function commitEntry(cache: Cache, entry: CacheEntry): Promise<void> {
  await putEntry(cache, entry);
  for (const source of cache.sources) source.store?.(entry, cache.root);
}

/** The same for this cache alone. */
export async function putEntry(cache: Cache, entry: CacheEntry): Promise<void> {
  const text = entryText(entry);
  const path = entryPath(cache.root, entry.fingerprint);
  await writeDurably(path, text, cache.fault, ownedTemporaryName(cache, path));
  cache.forgotten.delete(entry.fingerprint);
  appendToIndex(cache, entry.fingerprint, text);
}

/** Forgets an entry; its objects stay until gc. Where nothing can be removed it is forgotten by this process alone. */
export async function removeEntry(cache: Cache, fingerprint: Fingerprint): Promise<void> {
  cache.forgotten.add(fingerprint);
  try {
    await removeTree(entryPath(cache.root, fingerprint));
    crossOut(cache, fingerprint);
    cache.forgotten.delete(fingerprint);
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
}
