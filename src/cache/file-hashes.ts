import {readFileSync, statSync} from 'node:fs';
import {mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {isFileError, temporaryName} from '../base/durable.js';
import {type ContentHash, hashFile} from '../base/hash.js';

/**
 * Content hashes of the user's files, so that a file is read again only when its size, modification time or inode
 * changed. Project state, not part of the shared cache.
 */
export interface FileHashes {
  readonly path: string;
  readonly known: Map<string, KnownFile>;
  /** Set when something was learned; `saveFileHashes` then writes. */
  changed: 'yes' | 'no';
}

interface KnownFile {
  readonly size: number;
  /** Nanoseconds as text: they do not fit a double. */
  readonly mtime_ns: string;
  readonly inode: string;
  readonly hash: ContentHash;
}

/**
 * A file written again within the clock tick in which it was hashed keeps its size and time (git calls it racily
 * clean). Two seconds is the coarsest tick of a file system in use (FAT): younger files are hashed every time.
 */
const RACY_MS = 2_000;

export function readFileHashes(path: string): FileHashes {
  return {path, known: new Map(Object.entries(readKnown(path))), changed: 'no'};
}

/** The content hash of a file, from memory when the file did not change. Throws the file system's error. */
export async function hashOfFile(
  hashes: FileHashes,
  path: string,
): Promise<{hash: ContentHash; size: number}> {
  const before = statOf(path);
  const known = hashes.known.get(path);
  if (known !== undefined && sameFile(known, before)) return {hash: known.hash, size: known.size};
  const hashed = await hashFile(path);
  const after = statOf(path);
  if (sameFile(before, after) && Date.now() - after.mtime_ms > RACY_MS) {
    hashes.known.set(path, {
      size: after.size,
      mtime_ns: after.mtime_ns,
      inode: after.inode,
      hash: hashed.hash,
    });
    hashes.changed = 'yes';
  } else if (hashes.known.delete(path)) {
    hashes.changed = 'yes';
  }
  return hashed;
}

/** Writes what was learned. Losing it costs time only, so there is no sync; two writers: the last one wins. */
export async function saveFileHashes(hashes: FileHashes): Promise<void> {
  if (hashes.changed === 'no') return;
  const temporary = temporaryName(hashes.path);
  await mkdir(dirname(hashes.path), {recursive: true});
  try {
    await writeFile(temporary, JSON.stringify(Object.fromEntries(hashes.known)));
    await rename(temporary, hashes.path);
    hashes.changed = 'no';
  } catch (error) {
    await rm(temporary, {force: true});
    if (!isFileError(error, 'ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EROFS')) throw error;
  }
}

interface Stat {
  readonly size: number;
  readonly mtime_ns: string;
  readonly inode: string;
}

function statOf(path: string): Stat & {readonly mtime_ms: number} {
  const stat = statSync(path, {bigint: true});
  return {
    size: Number(stat.size),
    mtime_ns: String(stat.mtimeNs),
    mtime_ms: Number(stat.mtimeMs),
    inode: String(stat.ino),
  };
}

function sameFile(a: Stat, b: Stat): boolean {
  return a.size === b.size && a.mtime_ns === b.mtime_ns && a.inode === b.inode;
}

function readKnown(path: string): Record<string, KnownFile> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, KnownFile>;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return {};
    throw error;
  }
}
