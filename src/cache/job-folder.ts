import {randomBytes} from 'node:crypto';
import {statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {namesIn} from '../base/folder.js';
import type {ContentHash, Fingerprint} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import {textIfReadable} from '../base/state-file.js';
import type {Cache} from './cache.js';

/**
 * What a job of a cluster and its runner write to each other is in a folder of the cache that outlives the runner: one
 * for each attempt, so that a job everybody took for dead finds its own folder gone, and never writes into another's.
 */
export function newJobFolder({root}: Cache, fingerprint: Fingerprint): string {
  return join(root, 'jobs', `${fingerprint}.${randomBytes(4).toString('hex')}`);
}

/** Of one task of several that are handed in together under one name. */
export function taskFolder(folder: string, task: number): string {
  return `${folder}-${task}`;
}

/** Those that attempts at this stage have left. */
export function jobFolders({root}: Cache, fingerprint: Fingerprint): string[] {
  const jobs = join(root, 'jobs');
  return namesIn(jobs)
    .filter((name) => name.startsWith(`${fingerprint}.`))
    .map((name) => join(jobs, name));
}

/** A job that no one has followed for so long is not followed any more. */
const ABANDONED_AFTER_MS = 14 * 86_400_000;

/** Removes what jobs left that no one came back for. */
export async function sweepJobs({root}: Pick<Cache, 'root'>, now: number): Promise<void> {
  const jobs = join(root, 'jobs');
  for (const name of namesIn(jobs)) {
    const touched = statSync(join(jobs, name, 'events'), {throwIfNoEntry: false})?.mtimeMs;
    const made = statSync(join(jobs, name), {throwIfNoEntry: false})?.mtimeMs;
    if (now - (touched ?? made ?? now) > ABANDONED_AFTER_MS) await removeLeftover(join(jobs, name));
  }
}

/** What jobs need that may run, or wait in a queue, while no runner follows them. */
export interface JobNeeds {
  /** All hashes that their orders name: of objects, which they read, among others. */
  readonly hashes: ReadonlySet<ContentHash>;
  /** Names of their attempts at saved work. */
  readonly attempts: ReadonlySet<string>;
}

/** Only Slurm knows whether they live; so until they are abandoned they count as alive. */
export function jobNeeds({root}: Pick<Cache, 'root'>): JobNeeds {
  const jobs = join(root, 'jobs');
  const folders = namesIn(jobs).map((name) => join(jobs, name));
  const orders = folders.map((folder) => textIfReadable(join(folder, ORDER)) ?? '');
  return {
    hashes: new Set(orders.flatMap((text) => (text.match(/\b[0-9a-f]{64}\b/g) ?? []) as ContentHash[])),
    attempts: new Set(folders.map(jobAttempt)),
  };
}

/** The runner's first message to the job (protocol/job-files.ts); whatever holds a hash in it, holds it as it is written. */
const ORDER = 'job';

/** The attempt's name of a job, which may be alive when no one knows of it. */
export function jobAttempt(folder: string): string {
  return `job-${basename(folder).split('.').at(-1)}`;
}
