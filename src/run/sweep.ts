import {join} from 'node:path';
import {namesIn} from '../base/folder.js';
import {removeLeftover} from '../base/leftover.js';
import type {Cache} from '../cache/cache.js';
import {hasDeadClaims, sweepClaims} from '../cache/claim.js';
import {sweepCache, sweepState} from '../cache/leftovers.js';
import {livingOwner, ownerPath} from '../cache/owner.js';
import {endOrphans} from './orphans.js';

/** Whether a run that is dead left something: a look that costs a run with nothing to do next to nothing. */
export function hasLeftovers(cache: Cache): boolean {
  const dead = (owner: string) => livingOwner(cache.root, owner) === undefined;
  const owners = namesIn(join(cache.root, 'owners')).map((file) => file.replace(/\.json$/, ''));
  return [...owners, ...namesIn(join(cache.root, 'tmp'))].some(dead) || hasDeadClaims(cache);
}

/**
 * Removes what killed runners left in a cache and in a project's own state, processes first; of living ones nothing is
 * touched. Throws `run/orphan-remains`.
 */
export async function sweepTemporaries(cache: Cache, stateDir?: string): Promise<void> {
  await endOrphans(cache); // a folder that somebody still writes into cannot be removed
  for (const owner of namesIn(join(cache.root, 'tmp'))) {
    if (livingOwner(cache.root, owner) !== undefined) continue;
    await removeLeftover(join(cache.root, 'tmp', owner));
  }
  for (const file of namesIn(join(cache.root, 'owners'))) {
    if (!file.endsWith('.json')) continue; // perhaps just being written: see below
    const owner = file.slice(0, -'.json'.length);
    if (livingOwner(cache.root, owner) === undefined) await removeLeftover(ownerPath(cache.root, owner));
  }
  await sweepClaims(cache);
  await sweepCache(cache);
  if (stateDir !== undefined) await sweepState(cache, stateDir);
}
