import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import type {Cache} from './cache.js';
import {type CacheEntry, parseEntry} from './entry.js';

/** Everything in a cache, read from its own files: for `cache ls`, gc and verify, which may take their time. */
export interface Inventory {
  readonly entries: readonly FoundEntry[];
  readonly objects: ReadonlyMap<ContentHash, FoundObject>;
  readonly partials: readonly FoundFolder[];
  readonly trees: readonly FoundFolder[];
}

export interface FoundEntry {
  readonly entry: CacheEntry;
  /** Milliseconds since the epoch. */
  readonly written_at: number;
}

export interface FoundObject {
  readonly size: number;
  readonly written_at: number;
}

export interface FoundFolder {
  readonly name: string;
  readonly bytes: number;
  readonly written_at: number;
}

export async function takeInventory(cache: Cache): Promise<Inventory> {
  return {
    entries: await findEntries(join(cache.root, 'entries')),
    objects: await findObjects(join(cache.root, 'objects')),
    partials: await findFolders(join(cache.root, 'partial')),
    trees: await findFolders(join(cache.root, 'trees')),
  };
}

async function findEntries(folder: string): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for (const path of await filesIn(folder)) {
    const fingerprint = path.slice(-69, -5);
    if (!isHash(fingerprint)) continue;
    const entry = parseEntry(await readFile(path, 'utf8'), fingerprint as Fingerprint);
    if (entry !== undefined) found.push({entry, written_at: (await stat(path)).mtimeMs});
  }
  return found;
}

async function findObjects(folder: string): Promise<Map<ContentHash, FoundObject>> {
  const found = new Map<ContentHash, FoundObject>();
  for (const path of await filesIn(folder)) {
    const hash = path.slice(-64);
    if (!isHash(hash)) continue;
    const {size, mtimeMs} = await stat(path);
    found.set(hash, {size, written_at: mtimeMs});
  }
  return found;
}

async function findFolders(folder: string): Promise<FoundFolder[]> {
  const found: FoundFolder[] = [];
  for (const name of await namesIn(folder)) {
    let bytes = 0;
    let newest = (await stat(join(folder, name))).mtimeMs;
    for (const path of await filesIn(join(folder, name))) {
      const {size, mtimeMs} = await stat(path);
      bytes += size;
      newest = Math.max(newest, mtimeMs);
    }
    found.push({name, bytes, written_at: newest});
  }
  return found;
}

/** Paths of all files below a folder; empty when it is not there. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readFolder(folder);
  const nested = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    }),
  );
  return nested.flat();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readFolder(folder)).map((entry) => entry.name);
}

async function readFolder(folder: string) {
  try {
    return await readdir(folder, {withFileTypes: true});
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  }
}
