import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {partialStateIn} from '../../src/worker/partial-state.js';
import {syncSteps} from '../sync-steps.js';
import {temporaryFolder} from '../temporary-folder.js';

const saying = (text: string) => (dir: string) => writeFile(join(dir, 'state.txt'), text);

test('the newest state is found again, as its stage described it; of older ones as many as wanted', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  expect(await partial.newest()).toBeUndefined();
  await partial.save(saying('one'), {step: 1});
  await partial.save(saying('two'), {step: 2}, 2);
  const newest = await partialStateIn(root).newest();
  expect(newest?.about).toEqual({step: 2});
  expect(readFileSync(join(newest!.dir, 'state.txt'), 'utf8')).toBe('two');
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-1', 'state-2']);
  await partial.save(saying('three'), {step: 3});
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-3']);
});

test('a state that was not written to its end is never the newest, and is no hindrance', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  await partial.save(saying('one'), {step: 1});
  const breaking = partial.save(
    async (dir) => {
      await saying('half')(dir);
      throw new Error('killed');
    },
    {step: 2},
  );
  await expect(breaking).rejects.toThrow('killed');
  expect((await partial.newest())?.about).toEqual({step: 1});
  await partial.save(saying('two'), {step: 2});
  expect((await partial.newest())?.about).toEqual({step: 2});
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-3']);
});

test('a state is on the disk, files and names, before it counts', async () => {
  const root = await temporaryFolder();
  const {seen} = await syncSteps();
  await partialStateIn(root).save(async (dir) => {
    mkdirSync(join(dir, 'deep'));
    await saying('one')(dir);
    writeFileSync(join(dir, 'deep/two'), '');
  }, {});
  const pointer = ['file synced', 'folder synced'];
  expect(seen.sort()).toEqual(
    ['file synced', 'file synced', 'folder synced', 'folder synced', ...pointer].sort(),
  );
});

test.each(['', '{"folder":"st', '[]', '{"folder":3,"about":{}}'])(
  'a pointer that says %j is none',
  async (text) => {
    const root = await temporaryFolder();
    mkdirSync(join(root, 'state-1'));
    writeFileSync(join(root, 'newest.json'), text);
    expect(await partialStateIn(root).newest()).toBeUndefined();
  },
);
