import {chmodSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Cache} from '../../src/cache/cache.js';
import {isExecutable} from '../../src/cache/executable.js';
import {temporaryDir} from '../../src/cache/layout.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {commitTree, isWholeTree, materialiseTree} from '../../src/cache/tree.js';
import {temporaryFolder} from '../temporary-folder.js';

async function newCache(): Promise<Cache> {
  const cache = openCache(join(await temporaryFolder(), 'cache'));
  await prepareCache(cache);
  return cache;
}

/** What a stage left: `program` was made executable; on a disk without permissions everything or nothing looks so. */
function left(
  cache: Cache,
  number: number,
  modes: {readonly text: number; readonly program: number},
): string {
  const folder = join(temporaryDir(cache.root, cache.owner.id), String(number));
  mkdirSync(folder, {recursive: true});
  for (const [name, mode] of Object.entries(modes)) {
    writeFileSync(join(folder, name), name);
    chmodSync(join(folder, name), mode);
  }
  return folder;
}

const onUnix = test.skipIf(process.platform === 'win32');

onUnix('where there are permissions, what may be executed stays so', async () => {
  const cache = await newCache();
  const tree = await commitTree(cache, left(cache, 1, {text: 0o644, program: 0o755}), {name: 'o'});
  expect(cache.keeps_permissions).toBe(true);
  expect(tree.files.map(({path, executable}) => [path, executable])).toEqual([
    ['program', true],
    ['text', undefined],
  ]);
  const folder = await materialiseTree(cache, tree);
  expect(statSync(join(folder, 'program')).mode & 0o111).not.toBe(0);
  expect(statSync(join(folder, 'text')).mode & 0o111).toBe(0);
  chmodSync(join(folder, 'program'), 0o444);
  expect(await isWholeTree(cache, tree)).toBe(false);
});

onUnix('where there are none, results are those of a disk that has some', async () => {
  const plain = await newCache();
  const right = await commitTree(plain, left(plain, 1, {text: 0o644, program: 0o644}), {name: 'o'});
  for (const mode of [0o777, 0o644]) {
    const cache = await newCache();
    cache.keeps_permissions = false;
    expect(await isExecutable(cache, 0o777)).toBe(false);
    const tree = await commitTree(cache, left(cache, 1, {text: mode, program: mode}), {name: 'o'});
    expect(tree).toEqual(right);
    const folder = await materialiseTree(cache, tree);
    for (const name of ['text', 'program']) chmodSync(join(folder, name), mode);
    expect(await isWholeTree(cache, tree)).toBe(true);
  }
});
