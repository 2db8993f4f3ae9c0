import {constants, existsSync, readFileSync, statSync} from 'node:fs';
import {copyFile} from 'node:fs/promises';
import {type ContentHash, contentHash, type Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import {textIfReadable} from '../base/state-file.js';
import {isSystemError} from '../base/system-error.js';
import {type CacheEntry, objectsOf} from './entry.js';
import {parseEntry} from './entry-form.js';
import {readIndex} from './entry-index.js';
import {entryPath, objectPath} from './layout.js';
import type {CacheSource} from './source.js';

/**
 * A cache in another folder (`cache.from`), which is never written: no claims, no signs of life. Its gc may remove at any instant what
 * was just found there. Objects are copied, never linked: a link would be their owner's file, which he may still change.
 */
export function folderSource(root: string): CacheSource {
  const index = readIndex(root);
  const lacking = new Set<ContentHash>();
  const troubles: Problem[] = [];
  const known = new Map<Fingerprint, CacheEntry | undefined>();
  const find = (fingerprint: Fingerprint): CacheEntry | undefined => {
    const entry =
      entryIn(index.get(fingerprint), fingerprint) ??
      entryIn(textIfReadable(entryPath(root, fingerprint)), fingerprint);
    return entry !== undefined && objectsOf(entry).every((object) => isThere(root, object))
      ? entry
      : undefined;
  };
  if (!existsSync(root)) troubles.push(notThere(root));
  return {
    name: root,
    entry: (fingerprint) => {
      if (!known.has(fingerprint)) known.set(fingerprint, find(fingerprint));
      const entry = known.get(fingerprint);
      return entry === undefined || objectsOf(entry).some(({hash}) => lacking.has(hash)) ? undefined : entry;
    },
    text: (hash) => {
      const bytes = bytesIfReadable(objectPath(root, hash));
      return bytes !== undefined && contentHash(bytes) === hash ? bytes.toString('utf8') : undefined;
    },
    canAsk: () => false,
    ask: async () => 0,
    bring: async ({hash, size}, to, {received}) => {
      try {
        await copyFile(objectPath(root, hash), to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
        received(size);
        return true;
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (error.path !== undefined && !error.path.startsWith(root)) throw error; // our own disk
        return false;
      }
    },
    lacks: ({hash}, why) => {
      lacking.add(hash);
      if (why === 'wrong') troubles.push(damaged(root, hash));
    },
    troubles: () => troubles.splice(0),
  };
}

/** A cache of another format has none that parse. */
function entryIn(text: string | undefined, fingerprint: Fingerprint): CacheEntry | undefined {
  return text === undefined ? undefined : parseEntry(text, fingerprint);
}

function isThere(root: string, {hash, size}: {readonly hash: ContentHash; readonly size: number}): boolean {
  try {
    const stat = statSync(objectPath(root, hash), {throwIfNoEntry: false});
    return stat?.isFile() === true && stat.size === size;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false; // a folder in it that may not be looked into
  }
}

function bytesIfReadable(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}

function notThere(root: string): Problem {
  return {
    code: 'cache/source-missing',
    message: `There is no cache at ${root}, which the setting cache.from names`,
    hint: 'Is the disk mounted? Without it everything is computed here.',
  };
}

function damaged(root: string, hash: ContentHash): Problem {
  return {
    code: 'cache/source-damaged',
    message: `Object ${hash.slice(0, 12)} of the cache at ${root} is damaged, or may not be read, and is not used`,
    hint: 'It is computed here. The owner of that cache finds the rest with `sidestep cache verify`.',
  };
}
