import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {writeDurably} from '../base/durable.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import {removeFile, removeTree} from '../base/remove.js';
import {workOf} from '../base/saved-state.js';
import type {Cache} from './cache.js';
import {type CacheEntry, objectsOf} from './entry.js';
import {type FoundEntry, type Inventory, removeJunk} from './inventory.js';
import {entryPath, indexPath, objectPath} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {partialNote} from './partial.js';
import type {Root} from './roots.js';

export interface GcRules {
  /** Fingerprints that lock files and recent runs name. What they reach stays, whatever its age and size. */
  readonly keep: ReadonlySet<Fingerprint>;
  /** Folders of partial work that an interrupted run will continue from: they stay too. */
  readonly keep_partials: ReadonlySet<string>;
  /** Objects that jobs of a cluster may be reading: they stay, and so do the entries that name them. */
  readonly in_use: ReadonlySet<ContentHash>;
  /** Things no one names may stay while they are younger than this. */
  readonly max_age_ms: number;
  /** Then the oldest of those go until the whole cache fits; undefined: no limit. */
  readonly max_bytes: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What would go, decided before anything goes. */
export interface GcPlan {
  readonly entries: readonly CacheEntry[];
  readonly objects: readonly {readonly hash: ContentHash; readonly size: number}[];
  readonly partials: readonly string[];
  /** How many folders of partial work stay. */
  readonly kept_partials: number;
  readonly junk: readonly string[];
  readonly trees: readonly string[];
  readonly freed_bytes: number;
  readonly kept_bytes: number;
}

/** Younger objects may belong to an entry that is being written at this moment. */
const GRACE_MS = 10 * 60_000;

/** Pure: which entries, objects and folders the rules let go. */
export function planGc(inventory: Inventory, rules: GcRules): GcPlan {
  const kept = keptEntries(inventory, rules);
  const keptObjects = new Set([...objectsReached(kept), ...rules.in_use]);
  const objects = [...inventory.objects]
    .filter(([hash, object]) => !keptObjects.has(hash) && rules.now - object.written_at > GRACE_MS)
    .map(([hash, {size}]) => ({hash, size}));
  const partials = inventory.partials.filter(
    ({name, written_at}) => !rules.keep_partials.has(name) && rules.now - written_at > rules.max_age_ms,
  );
  const keptTrees = new Set(
    kept.flatMap(({entry}) => Object.values(entry.outputs).map((output) => output.hash as string)),
  );
  const total = [...inventory.objects.values()].reduce((sum, object) => sum + object.size, 0);
  const freed = objects.reduce((sum, object) => sum + object.size, 0);
  return {
    entries: inventory.entries.filter((found) => !kept.includes(found)).map(({entry}) => entry),
    objects,
    partials: partials.map(({name}) => name),
    kept_partials: inventory.partials.length - partials.length,
    junk: inventory.junk,
    trees: inventory.trees.filter(({name}) => !keptTrees.has(name)).map(({name}) => name), // links: they take no room
    freed_bytes: freed + partials.reduce((sum, folder) => sum + folder.bytes, 0),
    kept_bytes: total - freed,
  };
}

/**
 * The folders of partial work to keep: those that runs left unfinished, as each project's root says, and those of runs that were
 * killed before they could say so, and those of jobs that no one follows at the moment. Gone are those whose pipeline is gone, or has since finished or changed the stage.
 */
export function neededPartials(
  cache: Cache,
  inventory: Inventory,
  {roots, attempts}: {readonly roots: readonly Root[]; readonly attempts: ReadonlySet<string>},
): Set<string> {
  const named = new Set(roots.flatMap(({partials}) => partials));
  const byLock = new Map(roots.map((root) => [root.lock_file, root]));
  const needed = inventory.partials.filter(({name, written_at}) => {
    if (named.has(workOf(name)) || attempts.has(name.split('.')[2] ?? '')) return true;
    const note = partialNote(cache, name);
    if (note === undefined || !existsSync(note.pipeline_file)) return false;
    const used_at = byLock.get(note.lock_file)?.used_at ?? 0;
    return used_at < written_at || used_at === note.opened_after; // clocks are set back: then the second one tells
  });
  return new Set(needed.map(({name}) => name));
}

/** Carries a plan out. Entries go before objects: at no instant does an entry promise what is gone. */
export async function collectGarbage(cache: Cache, plan: GcPlan): Promise<void> {
  await removeJunk(plan);
  for (const entry of plan.entries) await removeFile(entryPath(cache.root, entry.fingerprint));
  await rewriteIndex(cache, new Set(plan.entries.map((entry) => entry.fingerprint)));
  for (const {hash} of plan.objects) await removeFile(objectPath(cache.root, hash));
  for (const name of plan.partials) await removeTree(join(cache.root, 'partial', name));
  for (const name of plan.trees) await removeTree(join(cache.root, 'trees', name));
}

/** Named entries; unnamed ones that are young and fit; and parts of samples whose objects stay anyway. */
function keptEntries(inventory: Inventory, rules: GcRules): FoundEntry[] {
  const isNamed = ({entry}: FoundEntry) =>
    rules.keep.has(entry.fingerprint) || objectsOf(entry).some(({hash}) => rules.in_use.has(hash));
  const named = inventory.entries.filter(isNamed);
  const reached = objectsReached(named);
  const free = inventory.entries
    .filter((found) => !isNamed(found))
    .sort((a, b) => b.written_at - a.written_at);
  const kept = [...named];
  let bytes = [...reached].reduce((sum, hash) => sum + (inventory.objects.get(hash)?.size ?? 0), 0);
  for (const found of free) {
    const fresh = objectsOf(found.entry).filter((object) => !reached.has(object.hash));
    const more = fresh.reduce((sum, {hash}) => sum + (inventory.objects.get(hash)?.size ?? 0), 0);
    const young = rules.now - found.written_at <= rules.max_age_ms;
    const fits = rules.max_bytes === undefined || bytes + more <= rules.max_bytes;
    if (fresh.length > 0 && !(young && fits)) continue;
    kept.push(found);
    bytes += more;
    for (const object of fresh) reached.add(object.hash);
  }
  return kept;
}

function objectsReached(entries: readonly FoundEntry[]): Set<ContentHash> {
  return new Set(entries.flatMap(({entry}) => objectsOf(entry).map((object) => object.hash)));
}

async function rewriteIndex(cache: Cache, gone: ReadonlySet<Fingerprint>): Promise<void> {
  const lines = [...cache.index]
    .filter(([fingerprint]) => !gone.has(fingerprint))
    .map(([, line]) => `${line}\n`);
  for (const fingerprint of gone) cache.index.delete(fingerprint);
  const path = indexPath(cache.root);
  await writeDurably(path, lines.join(''), cache.fault, ownedTemporaryName(cache, path));
}
