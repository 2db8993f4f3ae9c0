import {readdir, rmdir} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {isFileError} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import {isSystemError} from '../base/system-error.js';
import {writeFile} from '../base/write-file.js';
import type {Cache} from './cache.js';
import {claimsDir} from './layout.js';
import {lifeOf, type Owner} from './owner.js';
import type {Pulse} from './pulse.js';

/**
 * Who is working on what, among all processes that share a cache.
 *
 * A claim on a name is a file `claims/NAME/MODE.OWNER.NUMBER`. A process writes its own claim first and then looks who
 * else is there (Dekker's rule): of two that come at once at least one sees the other and steps back. Because a claim
 * carries its owner's unique id, removing the claim of a dead owner can never remove anybody else's; there is no window
 * in which two processes both "take over". The number keeps apart two stages of one process that do the same work.
 */
export type ClaimMode =
  /** Together with other shared claims. */
  'shared' | 'exclusive';

export interface Claim {
  readonly release: () => Promise<void>;
}

export type ClaimAttempt =
  | {readonly kind: 'claimed'; readonly claim: Claim}
  | {readonly kind: 'taken'; readonly by: Owner; readonly pulse: Exclude<Pulse, 'none'>};

let claimsMade = 0;

/** Tries once. */
export async function tryClaim(
  cache: Cache,
  name: string,
  mode: ClaimMode = 'exclusive',
): Promise<ClaimAttempt> {
  const folder = claimsDir(cache.root, name);
  claimsMade += 1;
  const mine = `${mode}.${cache.owner.id}.${claimsMade}`;
  await createClaim(folder, mine);
  const rival = await findRival(cache, folder, mine, mode);
  if (rival === undefined) return {kind: 'claimed', claim: {release: () => giveUp(folder, mine)}};
  await giveUp(folder, mine);
  return {kind: 'taken', by: rival.owner, pulse: rival.pulse};
}

/**
 * Tries until it is known whether the owner of the claim lives: one on another machine is watched for its next beat, and `onWatch`
 * hears of it once.
 */
export async function claimUnlessAlive(
  cache: Cache,
  name: string,
  onWatch: (whom: Owner) => void,
): Promise<ClaimAttempt> {
  for (let round = 0; ; round += 1) {
    const attempt = await tryClaim(cache, name);
    if (attempt.kind === 'claimed' || attempt.pulse === 'beating') return attempt;
    if (round === 0) onWatch(attempt.by);
    await sleep(250);
  }
}

/** Waits until the claim is ours; `onWait` hears once who is in the way. Rejects when `signal` aborts. */
export async function waitForClaim(
  cache: Cache,
  request: {
    readonly name: string;
    readonly mode?: ClaimMode;
    readonly signal: AbortSignal;
    readonly onWait: (by: Owner) => void;
  },
): Promise<Claim> {
  for (let round = 0; ; round += 1) {
    request.signal.throwIfAborted();
    const attempt = await tryClaim(cache, request.name, request.mode);
    if (attempt.kind === 'claimed') return attempt.claim;
    if (round === 0) request.onWait(attempt.by);
    await sleep(50 + Math.random() * 150, undefined, {signal: request.signal}); // unequal, so that rivals part
  }
}

/** Does anybody alive hold a claim on this name? */
export function holderOf(cache: Cache, name: string): Owner | undefined {
  return livingIn(cache, namesIn(claimsDir(cache.root, name)))[0]?.owner;
}

async function findRival(
  cache: Cache,
  folder: string,
  mine: string,
  mode: ClaimMode,
): Promise<LivingClaim | undefined> {
  const others = (await readdir(folder)).filter((name) => name !== mine);
  const living = livingIn(cache, others);
  const dead = others.filter((name) => !living.some((claim) => claim.name === name));
  for (const name of dead) await removeLeftover(join(folder, name));
  return living
    .filter((claim) => mode === 'exclusive' || claim.name.startsWith('exclusive.'))
    .sort((a, b) => Number(b.pulse === 'beating') - Number(a.pulse === 'beating'))[0];
}

interface LivingClaim {
  readonly name: string;
  readonly owner: Owner;
  readonly pulse: Exclude<Pulse, 'none'>;
}

function livingIn(cache: Cache, names: readonly string[]): LivingClaim[] {
  return names.flatMap((name) => {
    const [, id = ''] = name.split('.');
    const life = lifeOf(cache.root, id);
    return life.pulse === 'none' ? [] : [{name, owner: life.owner, pulse: life.pulse}];
  });
}

/** Whether the claims of the dead are there. */
export function hasDeadClaims(cache: Cache): boolean {
  const claims = join(cache.root, 'claims');
  return namesIn(claims).some((name) => {
    const claims = namesIn(claimsDir(cache.root, name));
    return livingIn(cache, claims).length < claims.length;
  });
}

/** Removes the claims of the dead: one who cannot remove a file (a disk that breaks) leaves them when it ends. */
export async function sweepClaims(cache: Cache): Promise<void> {
  const claims = join(cache.root, 'claims');
  for (const name of namesIn(claims)) {
    const folder = claimsDir(cache.root, name);
    const claims = namesIn(folder);
    const living = new Set(livingIn(cache, claims).map((claim) => claim.name));
    for (const claim of claims.filter((each) => !living.has(each))) await removeLeftover(join(folder, claim));
    if (living.size === 0) await removeFolder(folder).catch(whereNotOurs);
  }
}

function whereNotOurs(error: unknown): void {
  if (!isSystemError(error)) throw error;
}

async function createClaim(folder: string, name: string): Promise<void> {
  for (;;) {
    await makeFolder(folder);
    try {
      await writeFile(join(folder, name), '');
      return;
    } catch (error) {
      if (!isFileError(error, 'ENOENT')) throw error; // the last holder just removed the empty folder: once more
    }
  }
}

/**
 * A claim that cannot be removed (a disk that breaks) is no reason to fail what was done under it: it lasts no longer than its
 * owner, and the next runner sweeps it away.
 */
async function giveUp(folder: string, name: string): Promise<void> {
  await removeLeftover(join(folder, name));
  await removeFolder(folder).catch(whereNotOurs);
}

/** Where it is empty; a runner that makes a claim at this very moment makes it again. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!isFileError(error, 'ENOTEMPTY', 'ENOENT', 'ENOTDIR', 'EEXIST', 'EBUSY', 'EPERM')) throw error;
  }
}
