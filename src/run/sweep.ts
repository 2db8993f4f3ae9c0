import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {namesIn} from '../base/folder.js';
import type {Cache} from '../cache/cache.js';
import {sweepCache, sweepState} from '../cache/leftovers.js';
import {livingOwner, ownerPath} from '../cache/owner.js';
import {endOrphans} from './orphans.js';

/**
 * Removes what killed runners left in a cache and in a project's own state, processes first; of living ones nothing is
 * touched. Throws `run/orphan-remains`.
 */
export async function sweepTemporaries(cache: Cache, stateDir?: string): Promise<void> {
  await endOrphans(cache); // a folder that somebody still writes into cannot be removed
  for (const owner of namesIn(join(cache.root, 'tmp'))) {
    if (livingOwner(cache.root, owner, Date.now()) !== undefined) continue;
    await rm(join(cache.root, 'tmp', owner), {recursive: true, force: true, maxRetries: 3});
  }
  for (const file of namesIn(join(cache.root, 'owners'))) {
    if (!file.endsWith('.json')) continue; // perhaps just being written: see below
    const owner = file.slice(0, -'.json'.length);
    if (livingOwner(cache.root, owner, Date.now()) === undefined)
      await rm(ownerPath(cache.root, owner), {recursive: true, force: true});
  }
  await sweepCache(cache);
  if (stateDir !== undefined) await sweepState(cache, stateDir);
}
