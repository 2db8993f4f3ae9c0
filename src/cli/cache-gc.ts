import type {AnswerOptions} from '../app/answer.js';
import type {Terminal} from '../app/terminal.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Cache} from '../cache/cache.js';
import {claimUnlessAlive} from '../cache/claim.js';
import {collectGarbage, type GcPlan, type GcRules, neededPartials, planGc} from '../cache/gc.js';
import {takeInventory} from '../cache/inventory.js';
import {jobNeeds} from '../cache/job-folder.js';
import {notWritable, prepareCache} from '../cache/open.js';
import {showLife} from '../cache/owner.js';
import {readRoots} from '../cache/roots.js';
import {removeTemporary, type TemporaryRemoval, temporaryRemoval} from '../cache/temporary.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import {STORE_CLAIM} from '../run/hold-cache.js';
import {sweepTemporaries} from '../run/sweep.js';

export interface GcOptions extends AnswerOptions {
  readonly maxAgeDays?: number;
  readonly maxSizeGb?: number;
  readonly dryRun?: boolean;
}

export interface Collected extends GcPlan {
  /** Outputs that runs have done with and could not remove. */
  readonly temporary: TemporaryRemoval;
}

/** Plans, and unless `--dry-run` carries out, with the store to itself: a running pipeline relies on what it found there. */
export async function collectCache(
  terminal: Terminal,
  {cache, stateDir}: {readonly cache: Cache; readonly stateDir: string},
  options: GcOptions,
): Promise<Result<Collected>> {
  const bounds = await boundsOf(terminal, options);
  if (!bounds.ok) return bounds;
  const plan = async (): Promise<GcPlan> => {
    const roots = readRoots(cache);
    const inventory = await takeInventory(cache);
    const keep = new Set(roots.flatMap(({fingerprints}) => fingerprints));
    const {hashes, attempts} = jobNeeds(cache);
    const keep_partials = neededPartials(cache, inventory, {roots, attempts});
    return planGc(inventory, {...bounds.value, keep, keep_partials, in_use: hashes, now: terminal.now()});
  };
  if (options.dryRun === true)
    return ok({...(await plan()), temporary: await temporaryRemoval(cache, terminal.now())});
  await prepareCache(cache);
  const endLife = await showLife(cache.root, cache.owner).catch((error: unknown) => {
    throw notWritable(cache.root, error);
  });
  try {
    const attempt = await claimUnlessAlive(cache, STORE_CLAIM, ({pid, host}) => {
      if (options.json !== true)
        terminal.stderr.write(
          `Process ${pid} on ${host} may be using the cache: watching for up to 90 s whether it lives.\n`,
        );
    });
    if (attempt.kind === 'taken') return inUse(attempt.by);
    try {
      await sweepTemporaries(cache, stateDir);
      const temporary = await removeTemporary(cache, terminal.now());
      const planned = await plan();
      await collectGarbage(cache, planned);
      return ok({...planned, temporary});
    } finally {
      await attempt.claim.release();
    }
  } finally {
    await endLife();
  }
}

const DAY_MS = 24 * 3600 * 1000;

/** 0 sets no bound. Without any bound, age 0 is the bound: all that no one names goes. */
async function boundsOf(
  terminal: Terminal,
  options: GcOptions,
): Promise<Result<Pick<GcRules, 'max_age_ms' | 'max_bytes'>>> {
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const days = options.maxAgeDays ?? settings.value.values.cache?.max_age_days ?? 0;
  const gigabytes = options.maxSizeGb ?? settings.value.values.cache?.max_size_gb ?? 0;
  const max_bytes = gigabytes > 0 ? gigabytes * 1e9 : undefined;
  const max_age_ms = days > 0 ? days * DAY_MS : max_bytes === undefined ? 0 : Number.POSITIVE_INFINITY;
  return ok({max_age_ms, max_bytes});
}

function inUse({pid, host}: {readonly pid: number; readonly host: string}): Result<never> {
  return failure({
    code: 'cache/in-use',
    message: `Process ${pid} on ${host} is using the cache`,
    hint: 'Try again when its run has ended; --dry-run is possible at any time.',
  });
}
