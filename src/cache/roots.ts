import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type Fingerprint, isHash, sha256} from '../base/hash.js';
import {isJsonObject, type Json} from '../base/json.js';
import {jsonIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import {rootsDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';

/**
 * What gc keeps for one project: the fingerprints its lock file names. A cache may serve projects it cannot find by
 * itself, so each leaves a note here.
 */
export interface Root {
  /** Absolute path of the lock file; when it is gone, the root no longer counts. */
  readonly lock_file: string;
  readonly fingerprints: readonly Fingerprint[];
  /** Names of the folders of partial work that its unfinished stages will continue from. */
  readonly partials: readonly string[];
  /** Those of them whose temporary outputs this project has done with; absent: none. */
  readonly temporary?: readonly FinishedTemporary[];
  /** Milliseconds since the epoch. */
  readonly used_at: number;
}

export interface FinishedTemporary {
  readonly fingerprint: Fingerprint;
  /** By name. */
  readonly outputs: readonly string[];
}

/** Not in a cache that cannot be written: nothing can be collected from it either. */
export async function recordRoot(cache: Cache, root: Root): Promise<void> {
  const path = rootPath(cache, root.lock_file);
  try {
    await writeDurably(path, JSON.stringify(root), cache.fault, ownedTemporaryName(cache, path));
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
}

/** When a project finished its last run; 0: none that is known of. */
export function lastUse(cache: Cache, lock_file: string): number {
  return rootOf(cache, lock_file)?.used_at ?? 0;
}

/** What a project left here with its last run; undefined where nothing is known of it. */
export function rootOf(cache: Cache, lock_file: string): Root | undefined {
  return parseRoot(jsonIfReadable(rootPath(cache, lock_file)));
}

function rootPath(cache: Cache, lock_file: string): string {
  return join(rootsDir(cache.root), `${sha256(lock_file)}.json`);
}

/** The roots whose lock files still exist. */
export function readRoots(cache: Cache): Root[] {
  return namesIn(rootsDir(cache.root))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => parseRoot(jsonIfReadable(join(rootsDir(cache.root), name))) ?? [])
    .filter(({lock_file}) => existsSync(lock_file));
}

/** Undefined for what is no root: a damaged one costs a project some computing, if gc runs before it does. */
function parseRoot(value: Json | undefined): Root | undefined {
  if (!isJsonObject(value)) return undefined;
  const {lock_file, fingerprints, partials = [], temporary = [], used_at} = value;
  if (typeof lock_file !== 'string' || typeof used_at !== 'number') return undefined;
  if (!Array.isArray(fingerprints) || !Array.isArray(partials)) return undefined;
  if (!Array.isArray(temporary)) return undefined;
  return {
    lock_file,
    fingerprints: fingerprints.filter(
      (text): text is Fingerprint => typeof text === 'string' && isHash(text),
    ),
    partials: partials.filter((name): name is string => typeof name === 'string'),
    temporary: temporary.flatMap(finishedTemporary),
    used_at,
  };
}

function finishedTemporary(value: Json): FinishedTemporary[] {
  if (!isJsonObject(value)) return [];
  const {fingerprint, outputs} = value;
  if (typeof fingerprint !== 'string' || !isHash(fingerprint) || !Array.isArray(outputs)) return [];
  const names = outputs.filter((name): name is string => typeof name === 'string');
  return [{fingerprint: fingerprint as Fingerprint, outputs: names}];
}
