import {existsSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {contentHash, fingerprintOf} from '../../src/base/hash.js';
import type {Json} from '../../src/base/json.js';
import {canonicalJson} from '../../src/base/json.js';
import type {Cache} from '../../src/cache/cache.js';
import {commitEntry, lookUp} from '../../src/cache/entries.js';
import type {CacheEntry, OutputObject} from '../../src/cache/entry.js';
import {ENTRY_FORMAT} from '../../src/cache/entry-form.js';
import {readFileHashes} from '../../src/cache/file-hashes.js';
import {commitBytes} from '../../src/cache/object.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {verifyCache} from '../../src/cache/verify.js';
import {replacePublished} from '../../src/run/published-record.js';
import {temporaryFolder} from '../temporary-folder.js';

/**
 * Everyone who may write to a shared cache may write entries whose checksums are right. What they name must still be in the
 * folder that it is published to or put together in.
 */
const OUTSIDE = {
  'a step up': '../PWN.txt',
  'a step up further in': 'a/../../PWN.txt',
  'a step up at the end': 'a/..',
  'a step up with backslashes': '..\\PWN.txt',
  'steps up of both kinds': 'a/..\\..\\PWN.txt',
  'an absolute path': '/tmp/PWN.txt',
  'an absolute path with a backslash': '\\PWN.txt',
  'a network path': '\\\\host\\share\\PWN.txt',
  'a device path': '\\\\?\\C:\\PWN.txt',
  'a drive': 'C:\\PWN.txt',
  'a drive with a slash': 'c:/PWN.txt',
  'the folder of a drive': 'C:PWN.txt',
  'a null character': 'a\0b',
  'an empty word': 'a//b',
  'a trailing slash': 'a/',
  'the folder itself': '.',
  'a dot on the way': './a',
  nothing: '',
};

const INSIDE = ['a', 'sub/a.txt', '..a', 'a..', 'a..b/c', '...', ' a', '-rf', 'Ünï 曲.wav', 'ab:c'];

async function newCache(): Promise<Cache> {
  const cache = openCache(join(await temporaryFolder(), 'cache'));
  await prepareCache(cache);
  return cache;
}

/** An entry with this output; what it is made of is in the cache. */
async function stored(cache: Cache, name: string, output: OutputObject): Promise<CacheEntry['fingerprint']> {
  const fingerprint = fingerprintOf({of: name});
  await commitEntry(cache, {
    ...{format: ENTRY_FORMAT, fingerprint, made_by: 'test', created_at: 0, duration_ms: 5},
    ...{outputs: {out: output}, refers: [], made_from: [], about: {}, parts: {}},
  });
  return fingerprint;
}

async function file(cache: Cache, name: string): Promise<OutputObject> {
  const object = await commitBytes(cache, 'song');
  return {kind: 'file', ...object, identity: object.hash, name};
}

async function tree(cache: Cache, paths: readonly string[]): Promise<OutputObject> {
  const object = await commitBytes(cache, 'song');
  const files = paths.map((path) => ({path, ...object}));
  const hash = contentHash(canonicalJson(files as unknown as Json));
  return {kind: 'tree', hash, size: 4 * files.length, identity: hash, name: 'out', files};
}

const states = (cache: Cache, fingerprint: CacheEntry['fingerprint']) =>
  [cache, openCache(cache.root)].map((each) => lookUp(each, fingerprint).kind);

test.each(Object.entries(OUTSIDE))(
  'an entry that names %s (%j) is none, and verify removes it',
  async (_, path) => {
    const cache = await newCache();
    const made = [
      await stored(cache, 'file', await file(cache, path)),
      await stored(cache, 'tree', await tree(cache, [path])),
    ];
    for (const fingerprint of made) expect(states(cache, fingerprint)).toEqual(['absent', 'absent']);
    expect(await verifyCache(openCache(cache.root), () => {})).toMatchObject({entries: 0, junk_entries: 2});
  },
);

test.each([
  {name: 'the same file twice', paths: ['a', 'a']},
  {name: 'a file where another needs a folder', paths: ['a', 'a/b']},
  {name: 'the same further in', paths: ['s/a/b/c', 's/a!', 's/a']},
])('a tree with $name is none', async ({paths}) => {
  const cache = await newCache();
  expect(states(cache, await stored(cache, 'tree', await tree(cache, paths)))).toEqual(['absent', 'absent']);
});

test('names that only look like steps are names', async () => {
  const cache = await newCache();
  for (const name of INSIDE)
    expect(states(cache, await stored(cache, name, await file(cache, name))), name).toEqual([
      'present',
      'present',
    ]);
  expect(states(cache, await stored(cache, 'tree', await tree(cache, INSIDE)))).toEqual([
    'present',
    'present',
  ]);
});

test('an entry whose objects are links is not used: what they lead to is somebody’s', async () => {
  const cache = await newCache();
  const fingerprint = await stored(cache, 'link', await file(cache, 'a'));
  const [shelf] = readdirSync(join(cache.root, 'objects'));
  const path = join(cache.root, 'objects', shelf!, readdirSync(join(cache.root, 'objects', shelf!))[0]!);
  const own = join(await temporaryFolder(), 'own.txt');
  writeFileSync(own, 'mine');
  await import('node:fs/promises').then(({rm}) => rm(path));
  symlinkSync(own, path);
  const report = await verifyCache(openCache(cache.root), () => {});
  expect(report).toMatchObject({evicted: [{reason: 'wrong_hash'}], incomplete: [{fingerprint}]});
  expect(existsSync(own)).toBe(true);
  expect(lookUp(openCache(cache.root), fingerprint).kind).toBe('absent');
});

test.each(Object.entries(OUTSIDE))(
  'a record of published files that names %s takes nothing away',
  async (_, path) => {
    const dir = await temporaryFolder();
    await mkdir(join(dir, 'out'));
    writeFileSync(join(dir, 'PWN.txt'), 'mine');
    const publisher = {pipeline: 'p', stage: 's', output: 'o', path: join(dir, 'out')};
    const record = {[JSON.stringify([publisher.path, 'p', 's', 'o'])]: {[path]: contentHash('mine')}};
    await replacePublished(record, publisher, {files: {}, hashes: readFileHashes(join(dir, 'hashes.json'))});
    expect(readdirSync(dir).sort()).toContain('PWN.txt');
  },
);
