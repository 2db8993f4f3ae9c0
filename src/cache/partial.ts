import {mkdir, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import type {Fingerprint} from '../base/hash.js';
import type {Cache} from './cache.js';
import {partialDir} from './layout.js';

/** The marker that a worker renames into place when a state is whole; see worker/partial-state.ts. */
export const PARTIAL_POINTER = 'newest.json';

/** The folder that outlives an interrupted attempt; what lies in it is never taken for an output. */
export async function openPartial(cache: Cache, resumeKey: Fingerprint): Promise<string> {
  const folder = partialDir(cache.root, resumeKey);
  await mkdir(folder, {recursive: true});
  return folder;
}

/** Is there anything to continue from? */
export async function hasPartial(cache: Cache, resumeKey: Fingerprint): Promise<'yes' | 'no'> {
  try {
    await stat(join(partialDir(cache.root, resumeKey), PARTIAL_POINTER));
    return 'yes';
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return 'no';
    throw error;
  }
}

export async function dropPartial(cache: Cache, resumeKey: Fingerprint): Promise<void> {
  await rm(partialDir(cache.root, resumeKey), {recursive: true, force: true});
}
