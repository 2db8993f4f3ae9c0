import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openCache, prepareCache} from '../../src/cache/cache.js';
import {ownersDir, temporaryDir} from '../../src/cache/layout.js';
import {showLife} from '../../src/cache/owner.js';
import {sweepTemporaries} from '../../src/run/sweep.js';
import {temporaryFolder} from '../temporary-folder.js';

test('what killed runners left goes; what living ones are writing stays', async () => {
  const cache = openCache(join(await temporaryFolder(), 'cache'));
  await prepareCache(cache);
  const endLife = await showLife(cache.root, cache.owner);
  const dead = {...cache.owner, id: 'dead', pid: 999_999_999};
  writeFileSync(join(ownersDir(cache.root), 'dead.json'), JSON.stringify(dead));
  writeFileSync(join(ownersDir(cache.root), 'dead.json.half.tmp'), '{'); // just being written by somebody
  for (const owner of [cache.owner.id, 'dead', 'never-said-who-it-was']) {
    mkdirSync(temporaryDir(cache.root, owner), {recursive: true});
    writeFileSync(join(temporaryDir(cache.root, owner), 'out.txt'), 'x');
  }
  await sweepTemporaries(cache);
  expect(readdirSync(join(cache.root, 'tmp'))).toEqual([cache.owner.id]);
  expect(existsSync(join(temporaryDir(cache.root, cache.owner.id), 'out.txt'))).toBe(true);
  expect(readdirSync(ownersDir(cache.root)).sort()).toEqual([`${cache.owner.id}.json`, 'dead.json.half.tmp']);
  await endLife();
});
