import type {Fingerprint} from '../base/hash.js';
import type {CacheEntry} from './entry.js';

/** How far an entry is from what was asked about: 1 made it or reads it, 2 made or reads that. */
export interface Relative {
  readonly entry: CacheEntry;
  readonly distance: number;
}

export interface Lineage {
  /** What made it and what that was made from, nearest first. */
  readonly made_by: readonly Relative[];
  /** What was made of it, nearest first. */
  readonly made_of_it: readonly Relative[];
}

/** Pure: the family of content, by the hashes that entries hold of what they left and what they were made from. */
export function lineageOf(contents: readonly string[], entries: readonly CacheEntry[]): Lineage {
  const known = entries.map((entry) => ({entry, makes: makesOf(entry), uses: usesOf(entry)}));
  const made_by = closure(
    new Set(contents),
    known,
    ({makes}) => makes,
    ({uses}) => uses,
  );
  const own = made_by.filter(({distance}) => distance === 1).flatMap(({entry}) => makesOf(entry));
  // What is beside it in one output counts for what was made: stages read outputs as a whole.
  const made_of_it = closure(
    new Set([...contents, ...own]),
    known,
    ({uses}) => uses,
    ({makes}) => makes,
  );
  const before = new Set(made_by.map(({entry}) => entry.fingerprint));
  return {made_by, made_of_it: made_of_it.filter(({entry}) => !before.has(entry.fingerprint))};
}

interface Known {
  readonly entry: CacheEntry;
  readonly makes: readonly string[];
  readonly uses: readonly string[];
}

/** Entries whose `near` hashes are among those reached, and so on with their `far` ones. */
function closure(
  start: ReadonlySet<string>,
  entries: readonly Known[],
  near: (known: Known) => readonly string[],
  far: (known: Known) => readonly string[],
): Relative[] {
  const found = new Map<Fingerprint, Relative>();
  let reached = start;
  for (let distance = 1; reached.size > 0; distance += 1) {
    const next = entries.filter(
      (known) => !found.has(known.entry.fingerprint) && near(known).some((hash) => reached.has(hash)),
    );
    for (const {entry} of next) found.set(entry.fingerprint, {entry, distance});
    reached = new Set(next.flatMap((known) => far(known)));
  }
  return [...found.values()];
}

/** Its fingerprint too: adapters carry that of their training. */
function makesOf({outputs, refers, fingerprint}: CacheEntry): string[] {
  const left = Object.values(outputs).flatMap((output) => [
    output.hash,
    output.identity,
    ...(output.kind === 'tree' ? output.files.map(({hash}) => hash) : []),
  ]);
  return [...left, ...refers.map(({hash}) => hash), fingerprint];
}

/** Of what was in the cache, and of files: wherever a fingerprint's parts name content, they name it by its hash. */
function usesOf({made_from, parts}: CacheEntry): string[] {
  return [...made_from, ...(JSON.stringify(parts).match(/\b[0-9a-f]{64}\b/g) ?? [])];
}
