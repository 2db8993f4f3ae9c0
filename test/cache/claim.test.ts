import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {openCache, prepareCache} from '../../src/cache/cache.js';
import {holderOf, tryClaim, waitForClaim} from '../../src/cache/claim.js';
import {claimsDir, ownersDir} from '../../src/cache/layout.js';
import {livingOwner, showLife} from '../../src/cache/owner.js';
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

test('two stages of one process that do the same work take turns', async () => {
  const [cache] = await owners(1);
  const first = await tryClaim(cache!, 'work');
  expect(await tryClaim(cache!, 'work')).toMatchObject({kind: 'taken', by: {pid: process.pid}});
  if (first.kind === 'claimed') await first.claim.release();
  expect((await tryClaim(cache!, 'work')).kind).toBe('claimed');
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
  const longAgo = new Date(Date.now() - 600_000);
  utimesSync(join(ownersDir(cache!.root), 'far.json'), longAgo, longAgo);
  expect((await tryClaim(cache!, 'work')).kind).toBe('claimed');
});

test('whoever lives gives a sign of it now and then', async () => {
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
  onTestFinished(() => void vi.useRealTimers());
  const [cache] = await owners(1);
  const path = join(ownersDir(cache!.root), `${cache!.owner.id}.json`);
  const longAgo = new Date(Date.now() - 600_000);
  utimesSync(path, longAgo, longAgo);
  vi.advanceTimersByTime(30_000);
  expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(300_000);
});

test.runIf(process.platform === 'linux')(
  'killed but not yet collected by its parent is not alive',
  async () => {
    const [cache] = await owners(1);
    // The shell becomes a program that never asks after its child, so the child stays a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 600']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)));
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat()
      .slice(stat().lastIndexOf(')') + 2)
      .split(' ')[19]!;
    await expect.poll(stat, {timeout: 30_000}).toMatch(/\) Z /);
    const zombie = {...cache!.owner, id: 'zombie', pid, started};
    writeFileSync(join(ownersDir(cache!.root), 'zombie.json'), JSON.stringify(zombie));
    expect(livingOwner(cache!.root, 'zombie', Date.now())).toBeUndefined();
    expect(livingOwner(cache!.root, cache!.owner.id, Date.now())).toEqual(cache!.owner);
  },
);
