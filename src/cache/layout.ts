import {join} from 'node:path';
import type {ContentHash, Fingerprint} from '../base/hash.js';

/** Where everything is below a cache's root. Changing any of this needs a new `CACHE_FORMAT`. */
export const CACHE_FORMAT = 1;

/** Immutable bytes, named by their content hash. */
export function objectsDir(root: string): string {
  return join(root, 'objects');
}

export function objectPath(root: string, hash: ContentHash): string {
  return join(root, 'objects', hash.slice(0, 2), hash);
}

/** What a fingerprint led to: one small JSON file each. */
export function entryPath(root: string, fingerprint: Fingerprint): string {
  return join(root, 'entries', fingerprint.slice(0, 2), `${fingerprint}.json`);
}

/** Entries once more, one line each, so that a thousand lookups are one read. Only an accelerator. */
export function indexPath(root: string): string {
  return join(root, 'index.jsonl');
}

/** How checked objects looked when their bytes were last read. Only an accelerator. */
export function checkedPath(root: string): string {
  return join(root, 'checked.json');
}

/** Resumable states: see partial.ts for the names below it. */
export function partialsDir(root: string): string {
  return join(root, 'partial');
}

/** Folders put together from objects (hard links), for programs that want a real folder. */
export function treeDir(root: string, hash: ContentHash): string {
  return join(root, 'trees', hash);
}

/** Room for unfinished outputs, on the same file system as the objects so that a rename is enough. */
export function temporaryDir(root: string, owner: string): string {
  return join(root, 'tmp', owner);
}

export function claimsDir(root: string, name: string): string {
  return join(root, 'claims', name);
}

export function ownersDir(root: string): string {
  return join(root, 'owners');
}

/** What stages remember of files they have looked at; only an accelerator. */
export function memoryDir(root: string): string {
  return join(root, 'memory');
}

/** One small file for each lock file whose stages gc must keep. */
export function rootsDir(root: string): string {
  return join(root, 'roots');
}
