import {rm} from 'node:fs/promises';
import {isFileError, writeDurably} from '../base/durable.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {entryText, parseEntry} from './entry-form.js';
import {appendToIndex, crossOut, indexedEntry} from './entry-index.js';
import {entryPath} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {objectState} from './object.js';

/** Outputs under a fingerprint. Written last, so that it exists only when everything it names exists. */
export interface CacheEntry {
  readonly format: 2;
  readonly fingerprint: Fingerprint;
  /** Stage type, and for a part of a sample its name: `preprocess.pass1/latents`. */
  readonly made_by: string;
  /** Milliseconds since the epoch; for gc and `cache ls` only. */
  readonly created_at: number;
  readonly duration_ms: number;
  /** By output name, in the order the stage type declares them. */
  readonly outputs: Readonly<Record<string, OutputObject>>;
  /** Further objects that the outputs name (the tensors of a sample collection): they live as long as the entry. */
  readonly refers: readonly ObjectRef[];
  /**
   * Hashes of what it was made from, as far as that lay in the cache: outputs of stages (a tree's is that of its listing) and
   * single objects. When one of them turns out to be damaged, this may be wrong and is made again.
   */
  readonly made_from: readonly ContentHash[];
  /** What the maker warned of: said again whenever this is used, until what it warns of is repaired and made again. */
  readonly warnings?: readonly Problem[];
  /** What the maker said of it, e.g. `{latent_frames: 1500}`. */
  readonly about: JsonObject;
  /** What the fingerprint was made of, for people and for `why`. */
  readonly parts: JsonObject;
}

export interface ObjectRef {
  readonly hash: ContentHash;
  readonly size: number;
}

export type OutputObject =
  | {
      readonly kind: 'json' | 'file';
      readonly hash: ContentHash;
      readonly size: number;
      readonly identity: ContentHash;
      readonly name: string;
    }
  /** `hash` is that of the listing, `size` the sum. `files` in order of path, `/` between words. */
  | {
      readonly kind: 'tree';
      readonly hash: ContentHash;
      readonly size: number;
      readonly identity: ContentHash;
      readonly name: string;
      readonly files: readonly TreeFile[];
    };

export interface TreeFile extends ObjectRef {
  readonly path: string;
  readonly executable?: 'yes';
}

/** Every object that must exist for the entry to be whole. */
export function objectsOf(entry: CacheEntry): ObjectRef[] {
  const outputs = Object.values(entry.outputs).flatMap((output): readonly ObjectRef[] =>
    output.kind === 'tree' ? output.files : [output],
  );
  return [...outputs, ...entry.refers].map(({hash, size}) => ({hash, size}));
}

export type EntryState =
  | {readonly kind: 'present'; readonly entry: CacheEntry}
  | {readonly kind: 'absent'}
  /** The entry is there but these objects are not, or have a wrong size. */
  | {readonly kind: 'incomplete'; readonly entry: CacheEntry; readonly lost: readonly ObjectRef[]};

/**
 * Looks an entry up, here and where else finished work may be, and checks that each of its objects is there with its size.
 * Synchronous: planning asks thousands. What is found nowhere is noted, so that servers can be asked for it.
 */
export function lookUp(cache: Cache, fingerprint: Fingerprint): EntryState {
  if (cache.forgotten.has(fingerprint)) return {kind: 'absent'};
  const indexed = stateOf(cache, indexedEntry(cache, fingerprint));
  // The index may lag behind a runner that has replaced the entry meanwhile; its own file is the truth.
  const here = indexed.kind === 'present' ? indexed : stateOf(cache, readEntry(cache, fingerprint));
  if (here.kind === 'present') return here;
  const entry = sourceEntry(cache, fingerprint);
  if (entry !== undefined) return {kind: 'present', entry};
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
  return lost.length === 0 ? {kind: 'present', entry} : {kind: 'incomplete', entry, lost};
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
    await rm(entryPath(cache.root, fingerprint), {recursive: true, force: true});
    crossOut(cache, fingerprint);
    cache.forgotten.delete(fingerprint);
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
}
