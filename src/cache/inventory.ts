import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import {removeTree} from '../base/remove.js';
import {textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';
import type {CacheEntry} from './entry.js';
import {parseEntry} from './entry-form.js';

/** Everything in a cache, read from its own files: for `cache ls`, gc and verify, which may take their time. */
export interface Inventory {
  readonly entries: readonly FoundEntry[];
  /** Paths of what is among the entries and is none: damaged, of an older format, or somebody else's. */
  readonly junk: readonly string[];
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
  const {entries, junk} = await findEntries(join(cache.root, 'entries'));
  return {
    entries,
    junk,
    objects: await findObjects(join(cache.root, 'objects')),
    partials: await findFolders(join(cache.root, 'partial')),
    trees: await findFolders(join(cache.root, 'trees')),
  };
}

export async function readEntries(cache: Cache): Promise<CacheEntry[]> {
  return (await findEntries(join(cache.root, 'entries'))).entries.map(({entry}) => entry);
}

/** Nothing is lost with them: an entry that cannot be read is no entry. */
export async function removeJunk({junk}: Pick<Inventory, 'junk'>): Promise<void> {
  for (const path of junk) await removeTree(path);
}

async function findEntries(folder: string): Promise<{entries: FoundEntry[]; junk: string[]}> {
  const entries: FoundEntry[] = [];
  const junk: string[] = [];
  for (const path of await filesIn(folder)) {
    if (path.endsWith('.tmp')) continue; // somebody may just be writing it: see leftovers.ts
    const entry = entryAt(path);
    const written_at = (await statIfThere(path))?.mtimeMs;
    if (entry !== undefined && written_at !== undefined) entries.push({entry, written_at});
    else junk.push(path);
  }
  return {entries, junk};
}

function entryAt(path: string): CacheEntry | undefined {
  const fingerprint = path.slice(-69, -5);
  const text = isHash(fingerprint) ? textIfReadable(path) : undefined;
  return text === undefined ? undefined : parseEntry(text, fingerprint as Fingerprint);
}

async function findObjects(folder: string): Promise<Map<ContentHash, FoundObject>> {
  const found = new Map<ContentHash, FoundObject>();
  for (const path of await filesIn(folder)) {
    const hash = path.slice(-64);
    const stat = isHash(hash) ? await statIfThere(path) : undefined;
    if (stat !== undefined) found.set(hash as ContentHash, {size: stat.size, written_at: stat.mtimeMs});
  }
  return found;
}

async function findFolders(folder: string): Promise<FoundFolder[]> {
  const found: FoundFolder[] = [];
  for (const {name} of await readFolder(folder)) {
    let bytes = 0;
    let newest = (await statIfThere(join(folder, name)))?.mtimeMs ?? 0;
    for (const path of await filesIn(join(folder, name))) {
      const stat = await statIfThere(path);
      bytes += stat?.size ?? 0;
      newest = Math.max(newest, stat?.mtimeMs ?? 0);
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

/** A runner may remove things while they are counted. */
async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

async function readFolder(folder: string) {
  try {
    return await readdir(folder, {withFileTypes: true});
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return [];
    throw error;
  }
}
