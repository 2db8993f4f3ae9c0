import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import type {CacheEntry, ObjectRef} from './entry.js';

/**
 * Another place that may hold finished work: a folder that others fill, or a server. It is only ever read for a stage's sake: what it
 * has is copied here and checked by its name before anything reads it, and whatever goes wrong there is as if it had nothing.
 */
export interface CacheSource {
  /** Its folder or address, for people. */
  readonly name: string;
  /** What is known of an entry there, now and without waiting. */
  readonly entry: (fingerprint: Fingerprint) => CacheEntry | undefined;
  /** The bytes of a JSON output of such an entry, checked; undefined where they are not at hand. */
  readonly text: (hash: ContentHash) => string | undefined;
  /** Whether asking for it could bring something to light. */
  readonly canAsk: (fingerprint: Fingerprint) => boolean;
  /** Asks for entries that are not known yet. Resolves to how many of them it has. Never rejects. */
  readonly ask: (fingerprints: Iterable<Fingerprint>, signal: AbortSignal | undefined) => Promise<number>;
  /** Writes an object's bytes to a new file, to be checked by the caller; `received` counts bytes as they come. Never rejects. */
  readonly bring: (object: ObjectRef, to: string, order: BringOrder) => Promise<boolean>;
  /** It was found to lack an object that its entries name, or to have something else in its place: those entries count as absent. */
  readonly lacks: (object: ObjectRef, why: 'missing' | 'wrong') => void;
  /** Takes a finished entry, some time; undefined for a place that is only read. */
  readonly store?: (entry: CacheEntry, root: string) => void;
  /** Waits for what it has taken; undefined likewise. */
  readonly flush?: (order: FlushOrder) => Promise<void>;
  /** What went wrong, once each. */
  readonly troubles: () => readonly Problem[];
}

export interface BringOrder {
  readonly signal: AbortSignal | undefined;
  readonly received: (bytes: number) => void;
}

export interface FlushOrder {
  /** Aborts: what is not sent yet is not sent at all. */
  readonly signal: AbortSignal;
  readonly progress: (sent: Sent) => void;
}

export interface Sent {
  readonly bytes: number;
  readonly total_bytes: number;
  readonly objects: number;
  readonly total_objects: number;
}
