import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type RenameEffects, rename} from '../../src/base/rename.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A Windows whose first so many answers are this refusal; undefined: all. */
function refusing(code: string, times: number | undefined, folders: readonly string[] = []) {
  const calls: string[] = [];
  const effects: RenameEffects = {
    platform: 'win32',
    rename: async (from, to) => {
      calls.push('rename');
      if (times === undefined || calls.filter((call) => call === 'rename').length <= times)
        throw Object.assign(new Error(`${code}: ${from} -> ${to}`), {code, errno: -4048, syscall: 'rename'});
    },
    isFolder: async (path) => folders.includes(path),
    pause: async (ms) => void calls.push(`${ms} ms`),
  };
  return {calls, effects};
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s is waited out', async (code) => {
  const {calls, effects} = refusing(code, 2);
  await rename('a', 'b', effects);
  expect(calls).toEqual(['rename', '1 ms', 'rename', '4 ms', 'rename']);
});

test('a file that stays in use is reported as the system does, after about two seconds', async () => {
  const {calls, effects} = refusing('EBUSY', undefined);
  await expect(rename('a', 'b', effects)).rejects.toMatchObject({code: 'EBUSY'});
  const waited = calls.flatMap((call) => (call.endsWith(' ms') ? [Number.parseInt(call, 10)] : []));
  expect(waited.reduce((sum, ms) => sum + ms, 0)).toBe(2000);
});

test('a folder that is in the way is not waited for, and named as elsewhere', async () => {
  const {calls, effects} = refusing('EPERM', undefined, ['b']);
  await expect(rename('a', 'b', effects)).rejects.toMatchObject({code: 'ENOTEMPTY'});
  expect(calls).toEqual(['rename']);
});

test('other refusals are not waited out', async () => {
  const {calls, effects} = refusing('ENOENT', undefined);
  await expect(rename('a', 'b', effects)).rejects.toMatchObject({code: 'ENOENT'});
  expect(calls).toEqual(['rename']);
});

test('here a file of that name gives way, and a folder with something in it does not', async () => {
  const folder = await temporaryFolder();
  const [from, to] = [join(folder, 'new'), join(folder, 'old')];
  await writeFile(from, 'new');
  await writeFile(to, 'old');
  await rename(from, to);
  expect(await readFile(to, 'utf8')).toBe('new');
  await mkdir(join(folder, 'one'));
  await mkdir(join(folder, 'two', 'below'), {recursive: true});
  await expect(rename(join(folder, 'one'), join(folder, 'two'))).rejects.toMatchObject({code: 'ENOTEMPTY'});
});
