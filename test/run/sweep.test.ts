import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {ownersDir, temporaryDir} from '../../src/cache/layout.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {newOwner, showLife} from '../../src/cache/owner.js';
import {sweepTemporaries} from '../../src/run/sweep.js';
import {temporaryFolder} from '../temporary-folder.js';
import {pipelineOf, run, shell} from './rig.js';

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
  for (const name of ['store', 'abandoned']) mkdirSync(join(cache.root, 'claims', name), {recursive: true});
  for (const claim of ['store/shared.dead', `store/shared.${cache.owner.id}`, 'abandoned/exclusive.dead'])
    writeFileSync(join(cache.root, 'claims', claim), '');
  await sweepTemporaries(cache);
  expect(readdirSync(join(cache.root, 'claims'), {recursive: true}).sort()).toEqual([
    'store',
    `store/shared.${cache.owner.id}`,
  ]);
  expect(readdirSync(join(cache.root, 'tmp'))).toEqual([cache.owner.id]);
  expect(existsSync(join(temporaryDir(cache.root, cache.owner.id), 'out.txt'))).toBe(true);
  expect(readdirSync(ownersDir(cache.root)).sort()).toEqual([`${cache.owner.id}.json`, 'dead.json.half.tmp']);
  await endLife();
});

/** Wherever a runner or a worker writes something before it has its name; `D` is the dead runner, `P` its process. */
const PLACES = [
  'cache/FORMAT.n1.D.tmp',
  'cache/index.jsonl.n4.D.tmp',
  'cache/checked.json.P.tmp',
  'cache/entries/ab/abcd.json.n1.D.tmp',
  'cache/objects/ab/abcd.n2.D.tmp',
  'cache/trees/abcd.n3.D.tmp/sub/file',
  'cache/roots/abcd.json.n1.D.tmp',
  'cache/owners/D.json',
  'cache/owners/D.json.D.tmp',
  'cache/partial/abcd.n1.D.tmp/state-1/file',
  'cache/partial/abcd/pipeline.json.n1.D.tmp',
  'cache/memory/sounds-2.json.P.tmp',
  'cache/tmp/D/1/out.txt',
  'cache/tmp/D/children/x.json',
  'cache/claims/abcd/exclusive.D',
  'state/file-hashes.json.P.tmp',
  'state/published.json.P.tmp',
  'state/last/abcd.json.P.tmp',
  'state/pipelines/abcd.json.P.tmp',
  'state/experiments/abcd-try/last/abcd.json.P.tmp',
  'state/experiments/abcd-try/experiment.json.P.tmp',
];

test.each(PLACES)('what a killed runner left at %s goes, and what is beside it stays', async (place) => {
  const dir = await temporaryFolder();
  const cache = openCache(join(dir, 'cache'));
  await prepareCache(cache);
  const before = readdirSync(dir, {recursive: true}).length;
  const {id} = newOwner(999_999_999);
  const path = join(dir, place.replaceAll('D', id).replace('P', '999999999-lx2k3j-7'));
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, 'x');
  const files = () =>
    readdirSync(dir, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
  await sweepTemporaries(cache, join(dir, 'state'));
  expect(before).toBe(3);
  expect(
    files()
      .map(({name}) => name)
      .sort(),
  ).toEqual(['.gitignore', 'FORMAT']);
});

test.each(['claims/abcd/exclusive.D', 'owners/D.json', 'tmp/D/1/out.txt'])(
  'a run that finds nothing to do removes what a killed one left at %s',
  async (place) => {
    const dir = await temporaryFolder();
    const pipeline = pipelineOf(dir, {a: shell('printf a > "$1"')});
    await run(pipeline);
    const cache = join(dir, '.sidestep/cache');
    const path = join(cache, place.replace('D', newOwner(999_999_999).id));
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, 'x');
    expect((await run(pipeline)).ran).toEqual([]);
    expect(existsSync(path)).toBe(false);
  },
);
