import {existsSync} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Fingerprint} from '../base/hash.js';
import type {Cache} from './cache.js';
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

export async function dropPartial(cache: Cache, resumeKey: Fingerprint): Promise<void> {
  await rm(partialDir(cache.root, resumeKey), {recursive: true, force: true});
}
