import {statSync} from 'node:fs';
import {changedAt, type FileMark, markFrom, sameMark} from '../base/file-mark.js';
import {type ContentHash, hashFile, isHash} from '../base/hash.js';
import {isJsonObject, type Json} from '../base/json.js';
import {fsPath} from '../base/path-bytes.js';
import {notAFile, oddKind} from '../base/plain-file.js';
import {readState, writeState} from '../base/state-file.js';

/**
 * Content hashes of the user's files, so that a file is read again only when its size, times or inode changed. Project
 * state, not part of the shared cache.
 */
export interface FileHashes {
  readonly path: string;
  readonly known: Map<string, KnownFile>;
  /** Set when something was learned; `saveFileHashes` then writes. */
  changed: boolean;
}

interface KnownFile extends FileMark {
  readonly hash: ContentHash;
}

/**
 * A file written again within the clock tick in which it was hashed keeps its size and times (git calls it racily
 * clean). Two seconds is the coarsest tick of a file system in use (FAT): younger files are hashed every time.
 */
const RACY_MS = 2_000;

export function readFileHashes(path: string): FileHashes {
  const state = readState(path) as Json | undefined;
  const files = isJsonObject(state) ? Object.entries(state) : [];
  const known = files.filter((file): file is [string, Json & KnownFile] => isKnownFile(file[1]));
  return {path, known: new Map(known), changed: false};
}

/**
 * The content hash of a file, from memory when the file did not change. Throws the file system's error, and `run/not-a-file`
 * for what cannot be read to an end.
 */
export async function hashOfFile(
  hashes: FileHashes,
  path: string,
): Promise<{hash: ContentHash; size: number}> {
  const before = markOfFile(path);
  const known = hashes.known.get(path);
  if (known !== undefined && sameMark(known, before)) return {hash: known.hash, size: known.size};
  const hashed = await hashFile(path);
  const after = markOfFile(path);
  if (sameMark(before, after) && Date.now() - changedAt(after) > RACY_MS) {
    hashes.known.set(path, {...after, hash: hashed.hash});
    hashes.changed = true;
  } else if (hashes.known.delete(path)) {
    hashes.changed = true;
  }
  return hashed;
}

/** Writes what was learned. */
export async function saveFileHashes(hashes: FileHashes): Promise<void> {
  if (!hashes.changed) return;
  await writeState(hashes.path, Object.fromEntries(hashes.known));
  hashes.changed = false;
}

function markOfFile(path: string): FileMark {
  const stat = statSync(fsPath(path), {bigint: true});
  const odd = oddKind(stat);
  if (odd !== undefined) throw notAFile(path, odd);
  return markFrom(stat);
}

function isKnownFile(value: Json): boolean {
  return isJsonObject(value) && typeof value.size === 'number' && isHash(String(value.hash));
}
