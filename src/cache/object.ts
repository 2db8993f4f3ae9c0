import {statSync} from 'node:fs';
import {chmod, mkdir, rm, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {isFileError, renameDurably, syncFile, writeDurably} from '../base/durable.js';
import {type ContentHash, contentHash, hashFile} from '../base/hash.js';
import type {Cache} from './cache.js';
import type {ObjectRef} from './entry.js';
import {objectPath} from './layout.js';

export type ObjectState = 'present' | 'missing' | 'wrong_size';

/** Is the object there with its size? Its bytes are not read; see verify.ts for that. */
export function objectState(cache: Cache, {hash, size}: ObjectRef): ObjectState {
  if (cache.seen.has(hash)) return 'present';
  const found = statSync(objectPath(cache.root, hash), {throwIfNoEntry: false});
  if (found === undefined) return 'missing';
  if (found.size !== size) return 'wrong_size';
  cache.seen.add(hash);
  return 'present';
}

/**
 * Takes a finished file into the cache under the hash of its bytes. The file is moved, so it must lie on the cache's
 * file system (in its temporary folder) and nobody may write to it any more.
 */
export async function commitFile(cache: Cache, path: string): Promise<ObjectRef> {
  const object = await hashFile(path);
  const target = objectPath(cache.root, object.hash);
  if (await isWhole(target, object.size)) {
    await rm(path, {force: true}); // the same bytes came from elsewhere before
  } else {
    await syncFile(path, cache.fault);
    await chmod(path, 0o444); // a slip of an editor must not change what a hash names
    await mkdir(dirname(target), {recursive: true});
    await renameDurably(path, target, cache.fault);
  }
  cache.seen.add(object.hash);
  return object;
}

/** The same for bytes in memory. */
export async function commitBytes(cache: Cache, bytes: string | Uint8Array): Promise<ObjectRef> {
  const hash = contentHash(bytes);
  const size = Buffer.byteLength(bytes);
  const target = objectPath(cache.root, hash);
  if (!(await isWhole(target, size))) await writeDurably(target, bytes, cache.fault);
  cache.seen.add(hash);
  return {hash, size};
}

/** Removes an object that is not what its name says. Entries that need it become incomplete and are recomputed. */
export async function evict(cache: Cache, hash: ContentHash): Promise<void> {
  cache.seen.delete(hash);
  await rm(objectPath(cache.root, hash), {force: true});
}

async function isWhole(path: string, size: number): Promise<boolean> {
  try {
    return (await stat(path)).size === size;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return false;
    throw error;
  }
}
