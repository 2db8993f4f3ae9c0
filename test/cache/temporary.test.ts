import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type ContentHash, type Fingerprint, fingerprintOf} from '../../src/base/hash.js';
import type {Cache} from '../../src/cache/cache.js';
import {commitEntry, lookUp, putEntry, readEntry} from '../../src/cache/entries.js';
import {ENTRY_FORMAT, entryText, parseEntry} from '../../src/cache/entry-form.js';
import {planGc} from '../../src/cache/gc.js';
import {takeInventory} from '../../src/cache/inventory.js';
import {objectPath} from '../../src/cache/layout.js';
import {commitBytes} from '../../src/cache/object.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {openPartial} from '../../src/cache/partial.js';
import {type FinishedTemporary, readRoots, recordRoot} from '../../src/cache/roots.js';
import {planTemporaryRemoval, removeTemporary, temporaryRemoval} from '../../src/cache/temporary.js';
import {verifyCache} from '../../src/cache/verify.js';
import {temporaryFolder} from '../temporary-folder.js';

async function newCache(): Promise<Cache> {
  const cache = openCache(join(await temporaryFolder(), 'cache'));
  await prepareCache(cache);
  return cache;
}

interface Made {
  readonly fingerprint: Fingerprint;
  readonly hashes: readonly ContentHash[];
}

/** A collection of these texts with an entry for each, as a stage over songs leaves it. */
async function store(cache: Cache, name: string, texts: readonly string[]): Promise<Made> {
  const objects = await Promise.all(texts.map((text) => commitBytes(cache, text)));
  const common = {
    format: ENTRY_FORMAT,
    created_at: 0,
    duration_ms: 5,
    made_from: [],
    about: {},
    parts: {},
  } as const;
  for (const [i, object] of objects.entries())
    await commitEntry(cache, {
      ...common,
      fingerprint: fingerprintOf({part: texts[i]!}),
      made_by: 'test/latents',
      outputs: {latents: {kind: 'file', ...object, identity: object.hash, name: 'latents'}},
      refers: [],
    });
  const list = await commitBytes(cache, JSON.stringify([name, ...objects.map(({hash}) => hash)]));
  const fingerprint = fingerprintOf({of: name});
  await commitEntry(cache, {
    ...common,
    fingerprint,
    made_by: 'test',
    outputs: {samples: {kind: 'json', ...list, identity: list.hash, name: 'samples.json'}},
    refers: objects,
  });
  return {fingerprint, hashes: objects.map(({hash}) => hash)};
}

async function project(
  cache: Cache,
  name: string,
  names: readonly Made[],
  done: readonly Made[],
): Promise<string> {
  const lock_file = join(cache.root, '..', `${name}.lock.yaml`);
  writeFileSync(lock_file, '');
  const temporary: FinishedTemporary[] = done.map(({fingerprint}) => ({fingerprint, outputs: ['samples']}));
  const fingerprints = names.map(({fingerprint}) => fingerprint);
  await recordRoot(cache, {lock_file, fingerprints, partials: [], temporary, used_at: 1});
  return lock_file;
}

function there(cache: Cache, {hashes}: Made): boolean[] {
  return hashes.map((hash) => existsSync(objectPath(cache.root, hash)));
}

test('what was removed is known as that, with its parts; its list stays; nothing counts as damaged', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one', 'two']);
  await project(cache, 'a', [made], [made]);
  const removal = await removeTemporary(cache, 7);
  expect(removal.objects).toHaveLength(2);
  expect(there(cache, made)).toEqual([false, false]);
  expect(lookUp(cache, made.fingerprint)).toMatchObject({
    kind: 'removed',
    entry: {removed: {at: 7, outputs: ['samples']}},
  });
  expect(lookUp(cache, fingerprintOf({part: 'one'}))).toMatchObject({kind: 'removed'});
  expect(await verifyCache(cache, () => {})).toMatchObject({evicted: [], incomplete: [], entries: 3});
  const plan = planGc(await takeInventory(cache), {
    keep: new Set([made.fingerprint]),
    keep_partials: new Set(),
    in_use: new Set(),
    max_age_ms: 0,
    max_bytes: undefined,
    now: Date.now() + 3_600_000,
  });
  expect(plan).toMatchObject({entries: [], objects: []});
  expect((await removeTemporary(cache, 8)).objects).toEqual([]);
  await store(cache, 'songs', ['one', 'two']); // made again
  expect(readEntry(cache, made.fingerprint)).not.toHaveProperty('removed');
  expect(lookUp(cache, made.fingerprint).kind).toBe('present');
});

test('another project that names it has to have done with it too, as long as it is there', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one']);
  await project(cache, 'a', [made], [made]);
  const other = await project(cache, 'b', [made], []);
  expect((await removeTemporary(cache, 7)).objects).toEqual([]);
  expect(there(cache, made)).toEqual([true]);
  rmSync(other);
  expect((await removeTemporary(cache, 7)).objects).toHaveLength(1);
});

test('whichever of the projects is asked first', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one']);
  await project(cache, 'a', [made], [made]);
  await project(cache, 'b', [made], []);
  const [roots, inventory] = [readRoots(cache), await takeInventory(cache)];
  for (const order of [roots, roots.toReversed()])
    expect(planTemporaryRemoval(inventory, {roots: order, in_use: new Set(), now: 7}).objects).toEqual([]);
});

test('an object that a result needs stays, and only the rest of the temporary output goes', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['shared', 'own']);
  const kept = await store(cache, 'kept', ['shared']);
  await project(cache, 'a', [made, kept], [made]);
  await removeTemporary(cache, 7);
  expect(there(cache, made)).toEqual([true, false]);
  expect(lookUp(cache, kept.fingerprint).kind).toBe('present');
  expect(lookUp(cache, fingerprintOf({part: 'shared'})).kind).toBe('present');
});

test('what an unfinished stage was made from stays, until that is finished', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one']);
  const [pipeline_file, lock_file] = ['p.yaml', 'p.lock.yaml'].map((name) =>
    join(cache.root, '..', name),
  ) as [string, string];
  for (const file of [pipeline_file, lock_file]) writeFileSync(file, '');
  await project(cache, 'a', [made], [made]);
  const reader = fingerprintOf({of: 'reader'});
  const key = {group: fingerprintOf({group: 1}), fingerprint: reader, attempt: '1-a'};
  await openPartial(cache, key, {pipeline_file, lock_file, made_from: made.hashes, opened_after: 0});
  expect((await removeTemporary(cache, 7)).objects).toEqual([]);
  await store(cache, 'reader', ['its own']);
  expect((await removeTemporary(cache, 7)).objects).toHaveLength(1);
});

test('ended in the middle, it is no damage, and the next call removes the rest', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one', 'two']);
  await project(cache, 'a', [made], [made]);
  const removal = await temporaryRemoval(cache, 7);
  for (const entry of removal.entries) await putEntry(cache, entry);
  expect(lookUp(cache, made.fingerprint).kind).toBe('present'); // marked, and whole
  rmSync(objectPath(cache.root, removal.objects[0]!.hash));
  cache.seen.clear();
  expect(lookUp(cache, made.fingerprint).kind).toBe('removed');
  expect(await verifyCache(cache, () => {})).toMatchObject({incomplete: []});
  expect((await removeTemporary(cache, 8)).objects).toEqual(removal.objects.slice(1));
  expect(there(cache, made)).toEqual([false, false]);
});

test('an entry whose list is gone is incomplete, whatever was removed of it', async () => {
  const cache = await newCache();
  const made = await store(cache, 'songs', ['one']);
  await project(cache, 'a', [made], [made]);
  await removeTemporary(cache, 7);
  const list = Object.values(readEntry(cache, made.fingerprint)!.outputs)[0]!;
  rmSync(objectPath(cache.root, list.hash));
  cache.seen.clear();
  expect(lookUp(cache, made.fingerprint).kind).toBe('incomplete');
  expect((await verifyCache(cache, () => {})).incomplete).toHaveLength(1);
});

test.each([{at: 'x', outputs: []}, {at: 1}, {at: 1, outputs: [2]}, 7])(
  'a mark %j is no entry',
  async (removed) => {
    const cache = await newCache();
    const {fingerprint} = await store(cache, 'songs', ['one']);
    const text = entryText({...readEntry(cache, fingerprint)!, removed} as never);
    expect(parseEntry(text, fingerprint)).toBeUndefined();
  },
);
