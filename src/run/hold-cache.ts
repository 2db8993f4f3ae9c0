import {isFileError} from '../base/durable.js';
import {removeLeftover} from '../base/leftover.js';
import {SidestepError} from '../base/problem.js';
import type {Cache} from '../cache/cache.js';
import {waitForClaim} from '../cache/claim.js';
import {temporaryDir} from '../cache/layout.js';
import {notWritable, prepareCache} from '../cache/open.js';
import {showLife} from '../cache/owner.js';
import {sweepTemporaries} from './sweep.js';

/** Runners share it, gc wants it alone. */
export const STORE_CLAIM = 'store';

export interface Holding {
  readonly cache: Cache;
  /** Where the project keeps its state. */
  readonly state_dir: string;
  /** `read`: nothing has to be computed, only copied out; then a cache that cannot be written will do. */
  readonly to: 'write' | 'read';
  readonly signal: AbortSignal;
}

/**
 * Does some work while nothing may be collected from the cache. Throws `cache/not-writable`, one sentence for all the ways in
 * which a place can refuse.
 */
export async function holdingTheCache<T>(holding: Holding, work: () => Promise<T>): Promise<T> {
  const release = await hold(holding);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function hold({cache, state_dir, to, signal}: Holding): Promise<() => Promise<void>> {
  try {
    return await claimStore(cache, {state_dir, signal});
  } catch (error) {
    const readOnly = error instanceof SidestepError && error.problem.code === 'cache/not-writable';
    if (!readOnly || to === 'write') throw error;
    return async () => {}; // who cannot write here cannot collect here either
  }
}

async function claimStore(
  cache: Cache,
  {state_dir, signal}: Pick<Holding, 'state_dir' | 'signal'>,
): Promise<() => Promise<void>> {
  await prepareCache(cache);
  const endLife = await showLife(cache.root, cache.owner).catch((error: unknown) => {
    throw notWritable(cache.root, error);
  });
  const leave = async () => {
    await removeLeftover(temporaryDir(cache.root, cache.owner.id));
    await endLife();
    await sweepOnceMore(cache);
  };
  try {
    await sweepTemporaries(cache, state_dir);
    const claim = await waitForClaim(cache, {name: STORE_CLAIM, mode: 'shared', signal, onWait: () => {}});
    return async () => {
      await claim.release().finally(leave);
    };
  } catch (error) {
    await leave().catch((second: unknown) => {
      if (!isFileError(second, 'EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EIO')) throw second;
    });
    throw error;
  }
}

/**
 * What could not be removed when it was given up, and what runners on other machines left that were watched meanwhile and found to be
 * dead. A worker that does not end was there before this run, and is the next one's to report.
 */
async function sweepOnceMore(cache: Cache): Promise<void> {
  try {
    await sweepTemporaries(cache);
  } catch (error) {
    if (!(error instanceof SidestepError && error.problem.code === 'run/orphan-remains')) throw error;
  }
}
