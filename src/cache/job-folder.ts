import {randomBytes} from 'node:crypto';
import {statSync} from 'node:fs';
import {join} from 'node:path';
import {namesIn} from '../base/folder.js';
import type {Fingerprint} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import type {Cache} from './cache.js';

/**
 * What a job of a cluster and its runner write to each other lies in a folder of the cache that outlives the runner: one
 * for each attempt, so that a job everybody took for dead finds its own folder gone, and never writes into another's.
 */
export function newJobFolder({root}: Cache, fingerprint: Fingerprint): string {
  return join(root, 'jobs', `${fingerprint}.${randomBytes(4).toString('hex')}`);
}

/** Those that attempts at this stage have left. */
export function jobFolders({root}: Cache, fingerprint: Fingerprint): string[] {
  const shelf = join(root, 'jobs');
  return namesIn(shelf)
    .filter((name) => name.startsWith(`${fingerprint}.`))
    .map((name) => join(shelf, name));
}

/** A job that nobody has followed for so long is not followed any more. */
const ABANDONED_AFTER_MS = 14 * 86_400_000;

/** Removes what jobs left that nobody came back for. */
export async function sweepJobs({root}: Pick<Cache, 'root'>, now: number): Promise<void> {
  const shelf = join(root, 'jobs');
  for (const name of namesIn(shelf)) {
    const touched = statSync(join(shelf, name, 'events'), {throwIfNoEntry: false})?.mtimeMs;
    const made = statSync(join(shelf, name), {throwIfNoEntry: false})?.mtimeMs;
    if (now - (touched ?? made ?? now) > ABANDONED_AFTER_MS) await removeLeftover(join(shelf, name));
  }
}
