import {lstatSync} from 'node:fs';
import {isFileError} from '../base/durable.js';
import {type FileMark, markFrom, sameButForLinks, sameMark} from '../base/file-mark.js';
import {type ContentHash, hashFile, isHash} from '../base/hash.js';
import {isJsonObject, type Json} from '../base/json.js';
import {removeTree} from '../base/remove.js';
import {readState, writeState} from '../base/state-file.js';
import type {Cache, CheckedObjects, EvictedObject} from './cache.js';
import type {ObjectRef} from './entry.js';
import {checkedPath, objectPath} from './layout.js';

/** Undefined when the object's bytes are what its name says; otherwise it is gone from now on. */
export async function checkObject(cache: Cache, {hash, size}: ObjectRef): Promise<EvictedObject | undefined> {
  const path = objectPath(cache.root, hash);
  const mark = plainMark(path);
  if (mark === 'nothing') {
    cache.seen.delete(hash);
    return {hash, reason: 'missing'};
  }
  if (mark === 'odd') return evict(cache, {hash, reason: 'wrong_hash'});
  if (mark.size !== size) return evict(cache, {hash, reason: 'wrong_size'});
  const known = checkedIn(cache).known.get(hash);
  if (known !== undefined && sameMark(known, mark)) return undefined;
  return readAndCompare(cache, {hash, size});
}

/** The same by its bytes, whatever is remembered. */
export async function readAndCompare(
  cache: Cache,
  {hash, size}: ObjectRef,
): Promise<EvictedObject | undefined> {
  const path = objectPath(cache.root, hash);
  const before = plainMark(path);
  if (before === 'nothing') return {hash, reason: 'missing'};
  if (before === 'odd') return evict(cache, {hash, reason: 'wrong_hash'});
  if (before.size !== size) return evict(cache, {hash, reason: 'wrong_size'});
  const found = await hashIfReadable(path);
  if (found?.hash !== hash) return evict(cache, {hash, reason: 'wrong_hash'});
  const after = plainMark(path);
  if (typeof after !== 'string' && sameButForLinks(before, after)) rememberSound(cache, hash, after);
  return undefined;
}

export function rememberSound(cache: Cache, hash: ContentHash, mark: FileMark): void {
  const checked = checkedIn(cache);
  checked.known.set(hash, mark);
  checked.changed = true;
}

/** After this process gave the object one more name, which changes how its file looks and not what is in it. */
export function stillSound(cache: Cache, hash: ContentHash): void {
  const known = checkedIn(cache).known.get(hash);
  const mark = plainMark(objectPath(cache.root, hash));
  if (known !== undefined && typeof mark !== 'string' && sameButForLinks(known, mark))
    rememberSound(cache, hash, mark);
}

/**
 * Removes an object that is not what its name says. Entries that need it become incomplete and are computed again. In a
 * cache that cannot be written it stays, and is not used.
 */
export async function evict(cache: Cache, object: EvictedObject): Promise<EvictedObject> {
  cache.seen.delete(object.hash);
  cache.damaged.set(object.hash, object.reason);
  checkedIn(cache).known.delete(object.hash);
  try {
    await removeTree(objectPath(cache.root, object.hash));
    cache.damaged.delete(object.hash);
  } catch (error) {
    if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
  return object;
}

/** Writes down what was checked. Losing it costs time only; what another process learned meanwhile is kept. */
export async function saveChecked(cache: Cache): Promise<void> {
  const {checked} = cache;
  if (checked === undefined || !checked.changed) return;
  const all = new Map([...readChecked(cache.root), ...checked.known]);
  await writeState(
    checkedPath(cache.root),
    Object.fromEntries([...all].map(([hash, mark]) => [hash, lineOf(mark)])),
  );
  checked.changed = false;
}

/** Read with the first question: a run that has nothing to do asks none. */
function checkedIn(cache: Cache): CheckedObjects {
  cache.checked ??= {known: readChecked(cache.root), changed: false};
  return cache.checked;
}

function readChecked(root: string): Map<ContentHash, FileMark> {
  const state = readState(checkedPath(root)) as Json | undefined;
  if (!isJsonObject(state)) return new Map();
  return new Map(
    Object.entries(state).flatMap(([hash, line]) => {
      const mark = typeof line === 'string' ? markIn(line) : undefined;
      return isHash(hash) && mark !== undefined ? [[hash as ContentHash, mark] as const] : [];
    }),
  );
}

function lineOf({size, mtime_ns, ctime_ns, inode}: FileMark): string {
  return [size, mtime_ns, ctime_ns, inode].join(' ');
}

function markIn(line: string): FileMark | undefined {
  const [size, mtime_ns, ctime_ns, inode] = line.split(' ');
  if (size === undefined || mtime_ns === undefined || ctime_ns === undefined || inode === undefined)
    return undefined;
  return {size: Number(size), mtime_ns, ctime_ns, inode};
}

function plainMark(path: string): FileMark | 'nothing' | 'odd' {
  try {
    const stat = lstatSync(path, {bigint: true});
    return stat.isFile() ? markFrom(stat) : 'odd';
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'nothing';
    throw error;
  }
}

/** Bytes that cannot be read (a bad disk, somebody else's file) are as good as wrong ones. */
async function hashIfReadable(path: string): Promise<ObjectRef | undefined> {
  try {
    return await hashFile(path);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'EIO', 'EBADMSG', 'EUCLEAN', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}
