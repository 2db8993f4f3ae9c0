import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {claimUnlessAlive, holderOf, tryClaim, waitForClaim} from '../../src/cache/claim.js';
import {claimsDir, ownersDir} from '../../src/cache/layout.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {lifeOf, livingOwner, showLife} from '../../src/cache/owner.js';
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

/** The sign of life of a process elsewhere, and its claim on `work`. */
function farOwner(root: string, id: string) {
  const far = {id, pid: 1, machine: 'elsewhere', host: 'elsewhere', started: ''};
  const path = join(ownersDir(root), `${id}.json`);
  const beat = (beats: number, beat_ms = 15_000) =>
    writeFileSync(path, JSON.stringify({...far, beat_ms, beats: String(beats).padStart(12, '0')}));
  beat(0);
  mkdirSync(claimsDir(root, 'work'), {recursive: true});
  writeFileSync(join(claimsDir(root, 'work'), `exclusive.${id}.1`), '');
  return {path, beat};
}

test.each([
  {name: 'hours behind', written: -7_200_000},
  {name: 'the same', written: 0},
  {name: 'hours ahead', written: 7_200_000},
])('an owner on another machine lives while it beats, its clock being $name', async ({written}) => {
  const [cache] = await owners(1);
  const {path, beat} = farOwner(cache!.root, 'far-1');
  const at = new Date(Date.now() + written);
  let now = 0;
  const pulse = () => {
    utimesSync(path, at, at);
    return lifeOf(cache!.root, 'far-1', () => now).pulse;
  };
  expect(pulse()).toBe('unsure'); // never seen before: it counts as alive
  now += 89_999;
  expect(pulse()).toBe('unsure');
  beat(1);
  expect(pulse()).toBe('beating');
  now += 89_999;
  expect(pulse()).toBe('beating');
  now += 1;
  expect(pulse()).toBe('none');
  expect(livingOwner(cache!.root, 'far-1', () => now)).toBeUndefined();
  beat(2);
  expect(pulse()).toBe('beating'); // a laptop that slept
});

test('what a dead owner on another machine had is taken over once it was watched for long enough', async () => {
  const [cache] = await owners(1);
  farOwner(cache!.root, 'far-2').beat(7, 100); // it says how often it beats
  expect(await tryClaim(cache!, 'work')).toMatchObject({
    kind: 'taken',
    pulse: 'unsure',
    by: {host: 'elsewhere'},
  });
  const began = performance.now();
  const watched: string[] = [];
  const attempt = await claimUnlessAlive(cache!, 'work', ({host}) => watched.push(host));
  expect(attempt.kind).toBe('claimed');
  expect(watched).toEqual(['elsewhere']);
  expect(performance.now() - began).toBeGreaterThan(500);
});

test('one that beats while it is watched keeps what it has', async () => {
  const [cache] = await owners(1);
  const {beat} = farOwner(cache!.root, 'far-3');
  const watching = claimUnlessAlive(cache!, 'work', () => beat(1));
  expect(await watching).toMatchObject({kind: 'taken', pulse: 'beating'});
});

test('the sign of somebody whose files may not be read is watched all the same', async () => {
  const [cache] = await owners(1);
  const path = join(ownersDir(cache!.root), '77-far.json');
  symlinkSync('/proc/self/mem', path); // EIO for everybody, root too
  expect(lifeOf(cache!.root, '77-far', () => 0)).toMatchObject({pulse: 'unsure', owner: {pid: 77}});
  expect(lifeOf(cache!.root, '77-far', () => 90_000)).toEqual({pulse: 'none'});
});

test('what lives gives a sign of it now and then, always of one length', async () => {
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
  onTestFinished(() => void vi.useRealTimers());
  const [cache] = await owners(1);
  const path = join(ownersDir(cache!.root), `${cache!.owner.id}.json`);
  const first = readFileSync(path, 'utf8');
  vi.advanceTimersByTime(15_000);
  await expect.poll(() => readFileSync(path, 'utf8')).not.toBe(first);
  expect(readFileSync(path, 'utf8')).toHaveLength(first.length);
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
    expect(livingOwner(cache!.root, 'zombie')).toBeUndefined();
    expect(livingOwner(cache!.root, cache!.owner.id)).toEqual(cache!.owner);
  },
);
