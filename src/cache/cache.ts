import type {FaultHook} from '../base/durable.js';
import type {FileMark} from '../base/file-mark.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import type {Owner} from './owner.js';
import type {CacheSource} from './source.js';

/** A content-addressed store on disk, shared by any number of projects and processes at once. */
export interface Cache {
  readonly root: string;
  /** Who this process is to the others. */
  readonly owner: Owner;
  /** Text of entries by fingerprint, read once; see entry-index.ts. */
  readonly index: Map<Fingerprint, string>;
  /** Objects seen in their size during this process's life, so that they are looked at once. */
  readonly seen: Set<ContentHash>;
  /** Objects whose bytes were compared with their names; see soundness.ts. Undefined until the first is asked for. */
  checked: CheckedObjects | undefined;
  /** Objects that this process saw damaged and has not made again. */
  readonly damaged: Map<ContentHash, EvictedObject['reason']>;
  /** Entries that this process gave up, which matters where they cannot be removed. */
  readonly forgotten: Set<Fingerprint>;
  /** Where else finished work may be, in the order in which they are asked; see source.ts. */
  readonly sources: readonly CacheSource[];
  /** What was looked up and found nowhere, though a source may have it that was not asked yet. */
  readonly misses: Set<Fingerprint>;
  /** Whether its file system keeps what may be executed; see executable.ts. Undefined until somebody asks. */
  keeps_permissions: boolean | undefined;
  readonly sharing: CacheSharing;
  readonly fault: FaultHook;
}

/** Whose cache it is: one person's, or a group's, whose members write into each other's folders. */
export type CacheSharing = 'private' | 'group';

/**
 * Objects are checked before anything reads them: by their bytes, once, and from then on by what their file looks like
 * (size, times, inode). What was seen so is remembered between processes too, so that a model of 5 GB is not read twice.
 */
export interface CheckedObjects {
  readonly known: Map<ContentHash, FileMark>;
  /** Whether something was learned that is not written down. */
  changed: boolean;
}

/** An object that was not what its name and entry say, and was removed. */
export interface EvictedObject {
  readonly hash: ContentHash;
  readonly reason: 'missing' | 'wrong_size' | 'wrong_hash';
}
