import {appendFileSync} from 'node:fs';
import type {Fingerprint} from '../base/hash.js';
import {textIfReadable} from '../base/state-file.js';
import {isSystemError} from '../base/system-error.js';
import type {Cache} from './cache.js';
import type {CacheEntry} from './entry.js';
import {ENTRY_HEAD, parseEntry} from './entry-form.js';
import {indexPath} from './layout.js';

/**
 * All small entries in one append-only file: a thousand lookups cost one read instead of a thousand.
 *
 * It is never trusted further than a guess. A line is used only when it is whole and names the fingerprint asked for;
 * the objects it names are checked as ever; what it lacks is looked up in the entry's own file. So a torn line, a lost
 * tail or an entry that gc has removed since costs time, never correctness.
 */
const LARGEST_LINE = 16_384;

export function readIndex(root: string): Map<Fingerprint, string> {
  const index = new Map<Fingerprint, string>();
  for (const line of (textIfReadable(indexPath(root)) ?? '').split('\n')) {
    if (!line.startsWith(ENTRY_HEAD)) continue;
    index.set(line.slice(ENTRY_HEAD.length, ENTRY_HEAD.length + 64) as Fingerprint, line); // a later line wins
  }
  return index;
}

export function indexedEntry(cache: Cache, fingerprint: Fingerprint): CacheEntry | undefined {
  const line = cache.index.get(fingerprint);
  return line === undefined ? undefined : parseEntry(line, fingerprint);
}

/** Failing to append is no failure: the entry's own file stays. */
export function appendToIndex(cache: Cache, fingerprint: Fingerprint, text: string): void {
  if (text.length > LARGEST_LINE) {
    cache.index.delete(fingerprint);
    return;
  }
  cache.index.set(fingerprint, text);
  append(cache, text);
}

/** An entry that is no more: this line wins over the earlier one, and is none. */
export function crossOut(cache: Cache, fingerprint: Fingerprint): void {
  if (!cache.index.delete(fingerprint)) return;
  append(cache, `${ENTRY_HEAD}${fingerprint}"}`);
}

function append(cache: Cache, line: string): void {
  try {
    // One write on an O_APPEND descriptor: lines of several runners do not mix. The leading newline ends whatever
    // half a line a crash or a full disk left behind.
    appendFileSync(indexPath(cache.root), `\n${line}\n`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}
