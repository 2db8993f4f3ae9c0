import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type FaultHook, isFileError, noFault, writeDurably} from '../base/durable.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import {SidestepError} from '../base/problem.js';
import {readIndex} from './entry-index.js';
import {CACHE_FORMAT} from './layout.js';
import {newOwner, type Owner} from './owner.js';

/** A content-addressed store on disk, shared by any number of projects and processes at once. */
export interface Cache {
  readonly root: string;
  /** Who this process is to the others. */
  readonly owner: Owner;
  /** Text of entries by fingerprint, read once; see entry-index.ts. */
  readonly index: Map<Fingerprint, string>;
  /** Objects seen whole during this process's life, so that they are looked at once. */
  readonly seen: Set<ContentHash>;
  readonly fault: FaultHook;
}

/**
 * Opens the cache below `root`, creating it if need be.
 * Throws `cache/unknown-format` for a cache of another version and `cache/not-writable` when it cannot be made.
 */
export function openCache(root: string, fault: FaultHook = noFault): Cache {
  checkFormat(root);
  return {root, owner: newOwner(), index: readIndex(root), seen: new Set(), fault};
}

function checkFormat(root: string): void {
  const marker = join(root, 'FORMAT');
  const found = readIfThere(marker);
  if (found !== undefined && found.trim() !== String(CACHE_FORMAT)) {
    throw new SidestepError({
      code: 'cache/unknown-format',
      message: `The cache at ${root} has format ${found.trim()}, this program writes format ${CACHE_FORMAT}`,
      hint: 'Choose another location with `cache_dir` in the settings, or remove that folder.',
    });
  }
}

/** Makes the folder and its marks. Separate from opening, so that looking at a plan leaves nothing behind. */
export async function prepareCache(cache: Cache): Promise<void> {
  try {
    mkdirSync(cache.root, {recursive: true});
    if (readIfThere(join(cache.root, 'FORMAT')) !== undefined) return;
    await writeDurably(join(cache.root, '.gitignore'), '*\n', cache.fault);
    await writeDurably(join(cache.root, 'FORMAT'), `${CACHE_FORMAT}\n`, cache.fault);
  } catch (error) {
    if (!isFileError(error, 'EACCES', 'EROFS', 'ENOTDIR', 'EPERM')) throw error;
    throw new SidestepError({
      code: 'cache/not-writable',
      message: `The cache at ${cache.root} cannot be written: ${error.message}`,
      hint: 'Choose another location with `cache_dir` in the settings.',
    });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
