import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';

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
   * Hashes of what it was made from, as far as that was in the cache: outputs of stages (a tree's is that of its listing) and
   * single objects. When one of them turns out to be damaged, this may be wrong and is made again.
   */
  readonly made_from: readonly ContentHash[];
  /** What the maker warned of: said again whenever this is used, until what it warns of is repaired and made again. */
  readonly warnings?: readonly Problem[];
  /** What the maker said of it, e.g. `{latent_frames: 1500}`. */
  readonly about: JsonObject;
  /** What the fingerprint was made of, for people and for `why`. */
  readonly parts: JsonObject;
  /** Set when bytes of it were removed because they were temporary. All else that is said here stays true. */
  readonly removed?: Removal;
}

export interface Removal {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By name; what of their objects another entry needs is still there. */
  readonly outputs: readonly string[];
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
  readonly executable?: true;
}

/** Every object that must exist for the entry to be whole. */
export function objectsOf(entry: CacheEntry): ObjectRef[] {
  const outputs = Object.values(entry.outputs).flatMap((output): readonly ObjectRef[] =>
    output.kind === 'tree' ? output.files : [output],
  );
  return [...outputs, ...entry.refers].map(({hash, size}) => ({hash, size}));
}

/**
 * What of some outputs may go while the entry stays: files, folders, and the objects that a collection names. JSON stays, since
 * planning reads it.
 */
export function bulkOf({outputs, refers}: CacheEntry, names: readonly string[]): ObjectRef[] {
  const chosen = Object.entries(outputs).flatMap(([name, output]) => (names.includes(name) ? [output] : []));
  const left = chosen.flatMap((output): readonly ObjectRef[] => {
    if (output.kind === 'tree') return output.files;
    return output.kind === 'file' ? [output] : refers;
  });
  return left.map(({hash, size}) => ({hash, size}));
}
