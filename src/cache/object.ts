import {constants, existsSync, statSync} from 'node:fs';
import {copyFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError, renameDurably, syncFile, writeDurably} from '../base/durable.js';
import {markOf} from '../base/file-mark.js';
import {contentHash, hashFile} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import {allow} from '../base/permissions.js';
import {removeFile, removeTree} from '../base/remove.js';
import type {Cache} from './cache.js';
import {isShared, plainAt} from './commit-gate.js';
import type {ObjectRef} from './entry.js';
import {objectPath, temporaryDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {checkObject, rememberSound} from './soundness.js';

export type ObjectState = 'present' | 'missing' | 'wrong_size' | 'wrong_hash';

/** Is the object there with its size? Its bytes are not read; see soundness.ts for that. */
export function objectState(cache: Cache, {hash, size}: ObjectRef): ObjectState {
  const damage = cache.damaged.get(hash);
  if (damage !== undefined) return damage;
  if (cache.seen.has(hash)) return 'present';
  const found = statSync(objectPath(cache.root, hash), {throwIfNoEntry: false});
  if (found === undefined) return 'missing';
  if (found.size !== size || !found.isFile()) {
    cache.damaged.set(hash, 'wrong_size');
    return 'wrong_size';
  }
  cache.seen.add(hash);
  return 'present';
}

/**
 * Takes a finished file into the cache under the hash of its bytes. It is moved, so it must be on the cache's file system
 * (in its temporary folder) and no one may write to it any more; a file that has a second name elsewhere is copied.
 * Throws `cache/not-a-plain-file`.
 */
export async function commitFile(cache: Cache, path: string): Promise<ObjectRef> {
  const source = isShared(plainAt(path)) ? await copied(cache, path) : path;
  const object = await hashFile(source);
  if (await isSound(cache, object)) {
    await removeLeftover(source); // the same bytes came from elsewhere before
    return object;
  }
  await placeObject(cache, source, object);
  return object;
}

/** A slip of an editor must not change what a hash names. */
const READ_ONLY = 0o444;

/** Moves a file of ours, whose bytes were just compared with that hash, to where objects are. */
export async function placeObject(cache: Cache, path: string, object: ObjectRef): Promise<void> {
  const target = objectPath(cache.root, object.hash);
  await syncFile(path, cache.fault);
  await allow(path, READ_ONLY);
  await makeFolder(dirname(target));
  try {
    await renameDurably(path, target, cache.fault);
  } catch (error) {
    if (isFileError(error, 'EXDEV')) await moveByCopy(cache, path, target);
    // A file server that did it and whose answer was lost is asked again by the system, and then finds nothing to rename.
    else if (!isFileError(error, 'ENOENT') || existsSync(path) || !existsSync(target)) throw error;
  }
  remember(cache, object);
}

/** Where a part of the cache is on another disk: somebody put a link or a mount there. */
async function moveByCopy(cache: Cache, path: string, target: string): Promise<void> {
  const aside = ownedTemporaryName(cache, target);
  try {
    await copyFile(path, aside, constants.COPYFILE_FICLONE);
    await syncFile(aside, cache.fault);
    await renameDurably(aside, target, cache.fault);
  } catch (error) {
    await removeFile(aside).catch(() => {}); // what went wrong first is said
    throw error;
  }
  await removeLeftover(path);
}

/** The same for bytes in memory. */
export async function commitBytes(cache: Cache, bytes: string | Uint8Array): Promise<ObjectRef> {
  const object = {hash: contentHash(bytes), size: Buffer.byteLength(bytes)};
  if (await isSound(cache, object)) return object;
  const target = objectPath(cache.root, object.hash);
  await writeDurably(target, bytes, cache.fault, ownedTemporaryName(cache, target));
  await allow(target, READ_ONLY);
  remember(cache, object);
  return object;
}

let copies = 0;

async function copied(cache: Cache, path: string): Promise<string> {
  const folder = join(temporaryDir(cache.root, cache.owner.id), 'copies');
  await makeFolder(folder);
  copies += 1;
  const copy = join(folder, String(copies));
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  return copy;
}

/** Whether these bytes are there already. What is in their place and is something else goes. */
async function isSound(cache: Cache, object: ObjectRef): Promise<boolean> {
  if (cache.damaged.has(object.hash)) {
    await removeTree(objectPath(cache.root, object.hash));
    return false;
  }
  return (await checkObject(cache, object)) === undefined;
}

function remember(cache: Cache, {hash}: ObjectRef): void {
  cache.damaged.delete(hash);
  cache.seen.add(hash);
  try {
    rememberSound(cache, hash, markOf(objectPath(cache.root, hash)));
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error; // gone again: the next reader will see
  }
}
