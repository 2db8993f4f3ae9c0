import {existsSync, readFileSync} from 'node:fs';
import {mkdir, rename, rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import type {Fingerprint} from '../base/hash.js';
import type {Cache} from './cache.js';
import {tryClaim} from './claim.js';
import {partialDir} from './layout.js';

/** The folder that outlives an interrupted attempt; what lies in it is never taken for an output. */
export async function openPartial(cache: Cache, resumeKey: Fingerprint): Promise<string> {
  const folder = partialDir(cache.root, resumeKey);
  await mkdir(folder, {recursive: true});
  return folder;
}

/** Is there a whole state to continue from? `pointer` is the file that workers rename into place when there is. */
export function hasPartial(cache: Cache, resumeKey: Fingerprint, pointer: string): 'yes' | 'no' {
  return existsSync(join(partialDir(cache.root, resumeKey), pointer)) ? 'yes' : 'no';
}

/**
 * Takes over the state that this very work left under another key: a stage that was interrupted and then renamed goes on where
 * it stood. States say in `pointer` whose they are: `about.fingerprint`. Nothing happens when there is a state of its own, or
 * somebody is working with the other one.
 */
export async function adoptPartial(
  cache: Cache,
  resumeKey: Fingerprint,
  {fingerprint, pointer}: {readonly fingerprint: Fingerprint; readonly pointer: string},
): Promise<void> {
  if (hasPartial(cache, resumeKey, pointer) === 'yes') return;
  const own = partialDir(cache.root, resumeKey);
  for (const other of namesIn(dirname(own))) {
    const folder = join(dirname(own), other);
    if (ownerOfState(join(folder, pointer)) !== fingerprint) continue;
    const attempt = await tryClaim(cache, other);
    if (attempt.kind === 'taken') continue;
    try {
      await rm(own, {recursive: true, force: true}); // not whole, else it would have been found
      await rename(folder, own);
    } finally {
      await attempt.claim.release();
    }
    return;
  }
}

function ownerOfState(pointer: string): unknown {
  try {
    return (JSON.parse(readFileSync(pointer, 'utf8')) as {about?: {fingerprint?: unknown}}).about
      ?.fingerprint;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function dropPartial(cache: Cache, resumeKey: Fingerprint): Promise<void> {
  await rm(partialDir(cache.root, resumeKey), {recursive: true, force: true});
}
