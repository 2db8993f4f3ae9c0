import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {contentHash} from '../../src/base/hash.js';
import {readSavedState, SAVED_STATE_FILE} from '../../src/base/saved-state.js';
import {damageIn, sealFolder} from '../../src/base/seal.js';
import {sealed} from '../../src/base/state-file.js';
import {partialStateIn} from '../../src/worker/partial-state.js';
import {syncSteps} from '../sync-steps.js';
import {temporaryFolder} from '../temporary-folder.js';

const saying = (text: string) => (dir: string) => writeFile(join(dir, 'state.txt'), text);

test('the newest state is found again, as its stage described it; of older ones as many as wanted', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  expect(await partial.newest()).toBeUndefined();
  await partial.save(saying('one'), {about: {step: 1}});
  await partial.save(saying('two'), {about: {step: 2}, keep: 2});
  const newest = await partialStateIn(root).newest();
  expect(newest?.about).toEqual({step: 2});
  expect(readFileSync(join(newest!.dir, 'state.txt'), 'utf8')).toBe('two');
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-1', 'state-2']);
  await partial.save(saying('three'), {about: {step: 3}});
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-3']);
});

test('a state that was not written to its end is never the newest, and is no hindrance', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  await partial.save(saying('one'), {about: {step: 1}});
  const breaking = partial.save(
    async (dir) => {
      await saying('half')(dir);
      throw new Error('killed');
    },
    {about: {step: 2}},
  );
  await expect(breaking).rejects.toThrow('killed');
  expect((await partial.newest())?.about).toEqual({step: 1});
  await partial.save(saying('two'), {about: {step: 2}});
  expect((await partial.newest())?.about).toEqual({step: 2});
  expect(readdirSync(root).sort()).toEqual(['newest.json', 'state-3']);
});

test('a state is on the disk, files and names, before it counts', async () => {
  const root = await temporaryFolder();
  const {seen} = syncSteps();
  await partialStateIn(root).save(
    async (dir) => {
      mkdirSync(join(dir, 'deep'));
      await saying('one')(dir);
      writeFileSync(join(dir, 'deep/two'), '');
    },
    {about: {}},
  );
  const pointer = ['file synced', 'folder synced'];
  expect(seen.sort()).toEqual(
    ['file synced', 'file synced', 'folder synced', 'folder synced', ...pointer].sort(),
  );
});

/** What a runner asks before it lets an attempt continue. */
async function damageOf(root: string) {
  const note = readSavedState(root);
  return typeof note === 'string' ? note : damageIn(root, note.seal);
}

test('a state is what it was to the last byte, with all that it counts on', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  expect(await damageOf(root)).toBe('none');
  mkdirSync(join(root, 'kept/best/raw'), {recursive: true});
  for (const name of ['kept/best/a', 'kept/best/raw/b', 'kept/log']) writeFileSync(join(root, name), name);
  const beside = {
    folders: [await sealFolder(root, 'kept/best')],
    beginnings: [{path: 'kept/log', size: 4, hash: contentHash('kept')}],
  };
  await partial.save(saying('one'), {about: {}, beside});
  expect(await damageOf(root)).toBeUndefined();
  writeFileSync(join(root, 'kept/log'), 'kept and more');
  expect(await damageOf(root)).toBeUndefined();
});

test.each([
  {what: 'changed', path: 'state-1/state.txt', harm: (path: string) => writeFileSync(path, 'oen')},
  {what: 'missing', path: 'state-1/state.txt', harm: (path: string) => rmSync(path)},
  {what: 'added', path: 'state-1/more', harm: (path: string) => writeFileSync(path, '')},
  {what: 'changed', path: 'kept/best/raw/b', harm: (path: string) => truncateSync(path, 3)},
  {what: 'added', path: 'kept/best/raw/c', harm: (path: string) => symlinkSync('b', path)},
  {
    what: 'changed',
    path: 'kept/best/raw/b',
    harm: (path: string) => {
      renameSync(path, `${path}.away`);
      symlinkSync(`${path}.away`, path);
      renameSync(`${path}.away`, join(path, '../../../../away'));
    },
  },
  {what: 'missing', path: 'kept/best/a', harm: (path: string) => rmSync(join(path, '..'), {recursive: true})},
  {what: 'changed', path: 'kept/log', harm: (path: string) => truncateSync(path, 3)},
  {what: 'changed', path: 'kept/log', harm: (path: string) => writeFileSync(path, 'Kept/log')},
  {what: 'missing', path: 'kept/log', harm: (path: string) => rmSync(path)},
])('$path $what: the state is not sound', async ({what, path, harm}) => {
  const root = await temporaryFolder();
  mkdirSync(join(root, 'kept/best/raw'), {recursive: true});
  for (const name of ['kept/best/a', 'kept/best/raw/b', 'kept/log']) writeFileSync(join(root, name), name);
  const beside = {
    folders: [await sealFolder(root, 'kept/best')],
    beginnings: [{path: 'kept/log', size: 4, hash: contentHash('kept')}],
  };
  await partialStateIn(root).save(saying('one'), {about: {}, beside});
  harm(join(root, path));
  expect(await damageOf(root)).toEqual({path, what});
});

test('a state that is described again stays, with what it counts on now', async () => {
  const root = await temporaryFolder();
  const partial = partialStateIn(root);
  await partial.save(saying('one'), {about: {clips_due: true}});
  writeFileSync(join(root, 'log'), 'more');
  const beginnings = [{path: 'log', size: 4, hash: contentHash('more')}];
  await partial.describe({about: {clips_due: false}, beside: {folders: [], beginnings}});
  expect((await partial.newest())?.about).toEqual({clips_due: false});
  expect(await damageOf(root)).toBeUndefined();
  rmSync(join(root, 'log'));
  expect(await damageOf(root)).toEqual({path: 'log', what: 'missing'});
  rmSync(join(root, 'state-1/state.txt'));
  expect(await damageOf(root)).toEqual({path: 'state-1/state.txt', what: 'missing'});
});

test('a flip anywhere in the note of a state is seen', async () => {
  const root = await temporaryFolder();
  await partialStateIn(root).save(saying('one'), {about: {step: 1}});
  const path = join(root, SAVED_STATE_FILE);
  const text = readFileSync(path);
  for (let at = 0; at < text.length; at += 1) {
    const flipped = Buffer.from(text);
    flipped[at]! ^= 1;
    writeFileSync(path, flipped);
    const note = readSavedState(root);
    if (typeof note !== 'string') expect(note.about, `byte ${at}`).toEqual({step: 1}); // white space at the end alone
  }
});

test.each(['', '{"folder":"st', '[]', '{"folder":3,"about":{}}', sealed({format: 0, folder: 'state-1'})])(
  'a pointer that says %j is none',
  async (text) => {
    const root = await temporaryFolder();
    mkdirSync(join(root, 'state-1'));
    writeFileSync(join(root, 'newest.json'), text);
    expect(await partialStateIn(root).newest()).toBeUndefined();
  },
);
