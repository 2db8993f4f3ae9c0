import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {type RemoveEffects, removeFile, removeTree} from '../../src/base/remove.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A system whose first so many answers are this refusal. */
function refusing(code: string, times: number, platform: NodeJS.Platform) {
  const calls: string[] = [];
  const effects: RemoveEffects = {
    platform,
    rm: async (path) => {
      calls.push('rm');
      if (calls.filter((call) => call === 'rm').length <= times)
        throw Object.assign(new Error(`${code}: ${path}`), {code, errno: -4048, syscall: 'rm'});
    },
    pause: async (ms) => void calls.push(`${ms} ms`),
  };
  return {calls, effects};
}

test.each(['EPERM', 'EACCES', 'EBUSY'])(
  'on Windows %s of a file and of a folder is waited out',
  async (code) => {
    for (const remove of [removeFile, removeTree]) {
      const {calls, effects} = refusing(code, 2, 'win32');
      await remove('a', effects);
      expect(calls).toEqual(['rm', '1 ms', 'rm', '4 ms', 'rm']);
    }
  },
);

test.each(['win32', 'linux'] as const)(
  'on %s a folder that is not empty after all is tried again',
  async (platform) => {
    const {calls, effects} = refusing('ENOTEMPTY', 1, platform);
    await removeTree('a', effects);
    expect(calls).toEqual(['rm', '1 ms', 'rm']);
  },
);

test('what stays in use is reported as the system does, after about two seconds', async () => {
  const {calls, effects} = refusing('EBUSY', Number.POSITIVE_INFINITY, 'win32');
  await expect(removeTree('a', effects)).rejects.toMatchObject({code: 'EBUSY'});
  const waited = calls.flatMap((call) => (call.endsWith(' ms') ? [Number.parseInt(call, 10)] : []));
  expect(waited.reduce((sum, ms) => sum + ms, 0)).toBe(2000);
});

test('elsewhere somebody else’s file is refused at once: a shared folder may be full of them', async () => {
  const {calls, effects} = refusing('EPERM', 1, 'linux');
  await expect(removeTree('a', effects)).rejects.toMatchObject({code: 'EPERM'});
  expect(calls).toEqual(['rm']);
});

test('a file, a folder with what is in it, nothing at all; a folder is no file', async () => {
  const folder = await temporaryFolder();
  const [file, tree] = [join(folder, 'file'), join(folder, 'tree')];
  writeFileSync(file, '');
  mkdirSync(join(tree, 'below'), {recursive: true});
  await expect(removeFile(tree)).rejects.toMatchObject({code: 'ERR_FS_EISDIR'});
  await removeFile(file);
  await removeTree(tree);
  await removeFile(file);
  await removeTree(tree);
  expect([file, tree].map((path) => existsSync(path))).toEqual([false, false]);
});
