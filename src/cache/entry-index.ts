import {appendFileSync, readFileSync} from 'node:fs';
import {isFileError} from '../base/durable.js';
import type {Fingerprint} from '../base/hash.js';
import type {Cache} from './cache.js';
import {type CacheEntry, parseEntry} from './entry.js';
import {indexPath} from './layout.js';

/**
 * All small entries in one append-only file: a thousand lookups cost one read instead of a thousand.
 *
 * It is never trusted further than a guess. A line is used only when it parses and names the fingerprint asked for;
 * the objects it names are checked as ever; what it lacks is looked up in the entry's own file. So a torn line, a lost
 * tail or an entry that gc has removed since costs time, never correctness.
 */
const LARGEST_LINE = 16_384;
const PREFIX = '{"format":1,"fingerprint":"';

export function readIndex(root: string): Map<Fingerprint, string> {
  const index = new Map<Fingerprint, string>();
  for (const line of readText(indexPath(root)).split('\n')) {
    if (!line.startsWith(PREFIX)) continue;
    index.set(line.slice(PREFIX.length, PREFIX.length + 64) as Fingerprint, line); // a later line wins
  }
  return index;
}

export function indexedEntry(cache: Cache, fingerprint: Fingerprint): CacheEntry | undefined {
  const line = cache.index.get(fingerprint);
  return line === undefined ? undefined : parseEntry(line, fingerprint);
}

/** Failing to append is no failure: the entry's own file stands. */
export function appendToIndex(cache: Cache, fingerprint: Fingerprint, text: string): void {
  if (text.length > LARGEST_LINE) {
    cache.index.delete(fingerprint);
    return;
  }
  cache.index.set(fingerprint, text);
  try {
    // One write on an O_APPEND descriptor: lines of several runners do not mix. The leading newline ends whatever
    // half a line a crash or a full disk left behind.
    appendFileSync(indexPath(cache.root), `\n${text}\n`);
  } catch (error) {
    if (!isFileError(error, 'ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EROFS')) throw error;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
