import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openCache, prepareCache} from '../../src/cache/cache.js';
import {holderOf, tryClaim, waitForClaim} from '../../src/cache/claim.js';
import {claimsDir, ownersDir} from '../../src/cache/layout.js';
import {showLife} from '../../src/cache/owner.js';
import {temporaryFolder} from '../temporary-folder.js';

/** Several owners of one cache, as several processes would be. */
async function owners(count: number) {
  const root = join(await temporaryFolder(), 'cache');
  const caches = Array.from({length: count}, () => openCache(root));
  await prepareCache(caches[0]!);
  for (const cache of caches) await showLife(root, cache.owner);
  return caches;
}

test('one at a time, in any order of coming', async () => {
  const caches = await owners(6);
  let inside = 0;
  let most = 0;
  await Promise.all(
    caches.map(async (cache) => {
      const claim = await waitForClaim(cache, {
        name: 'work',
        signal: new AbortController().signal,
        onWait: () => {},
      });
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      await claim.release();
    }),
  );
  expect(most).toBe(1);
  expect(existsSync(claimsDir(caches[0]!.root, 'work'))).toBe(false);
});

test('shared claims go together, an exclusive one waits for them', async () => {
  const [a, b, c] = (await owners(3)) as [never, never, never];
  const first = await tryClaim(a, 'store', 'shared');
  const second = await tryClaim(b, 'store', 'shared');
  expect([first.kind, second.kind, (await tryClaim(c, 'store')).kind]).toEqual([
    'claimed',
    'claimed',
    'taken',
  ]);
  for (const attempt of [first, second]) if (attempt.kind === 'claimed') await attempt.claim.release();
  expect((await tryClaim(c, 'store')).kind).toBe('claimed');
});

test.each([
  {name: 'gone', pid: 999_999_999, started: '1'},
  {name: 'another process under its number', pid: process.pid, started: '1'},
])('the claim of an owner that is $name is taken over', async ({pid, started}) => {
  const [cache] = await owners(1);
  const dead = {...cache!.owner, id: 'dead', pid, started};
  writeFileSync(join(ownersDir(cache!.root), 'dead.json'), JSON.stringify(dead));
  mkdirSync(claimsDir(cache!.root, 'work'), {recursive: true});
  writeFileSync(join(claimsDir(cache!.root, 'work'), 'exclusive.dead'), '');
  expect(holderOf(cache!, 'work')).toBeUndefined();
  expect((await tryClaim(cache!, 'work')).kind).toBe('claimed');
});

test('an owner on another machine lives as long as it gives signs of life', async () => {
  const [cache] = await owners(1);
  const far = {...cache!.owner, id: 'far', machine: 'elsewhere', host: 'elsewhere'};
  writeFileSync(join(ownersDir(cache!.root), 'far.json'), JSON.stringify(far));
  mkdirSync(claimsDir(cache!.root, 'work'), {recursive: true});
  writeFileSync(join(claimsDir(cache!.root, 'work'), 'exclusive.far'), '');
  expect(await tryClaim(cache!, 'work')).toMatchObject({kind: 'taken', by: {host: 'elsewhere'}});
});
