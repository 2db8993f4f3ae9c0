import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {beforeEach, expect, test, vi} from 'vitest';
import {withScratch} from '../../src/run/scratch.js';
import {temporaryFolder} from '../temporary-folder.js';

beforeEach(() => void vi.unstubAllEnvs());

test('a folder to look at things in is empty, and gone afterwards, also when looking fails', async () => {
  const system = await temporaryFolder();
  vi.stubEnv('TMPDIR', system);
  const fails = withScratch('plan', async (folder) => {
    expect(dirname(folder)).toBe(system);
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'file'), '');
    throw new Error('no');
  });
  await expect(fails).rejects.toThrow('no');
  expect(readdirSync(system)).toEqual([]);
});

test('what killed commands left goes with the next one; what living ones and others have there stays', async () => {
  const system = await temporaryFolder();
  vi.stubEnv('TMPDIR', system);
  const dead = spawnSync('true').pid; // ended, and waited for
  await withScratch('doctor', async (own) => {
    const as = (pid: number) => own.replace(`-${process.pid}-`, `-${pid}-`);
    const elsewhere = own.replace(/-[0-9a-f]{12}-/, '-0123456789ab-');
    const [left, ...ofOthers] = [as(dead), ...['plan', 'ci'].map((use) => as(dead).replace('doctor', use))];
    const [living, young, old] = [`${as(process.ppid)}x`, elsewhere, `${elsewhere}x`];
    const theirs = [join(system, 'sidestep-plan-notes'), join(system, 'sidestep-cli-abc')];
    for (const folder of [left, ...ofOthers, living, young, old, ...theirs]) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), '');
    }
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    utimesSync(old, yesterday, yesterday);
    await withScratch('plan', async () => {});
    const stays = [own, living, young, ...theirs];
    expect([left, ...ofOthers, old, ...stays].filter((folder) => existsSync(folder))).toEqual(stays);
  });
});

test.each(['gone', 'file'])('a temporary folder that is %s is reported with what to set', async (what) => {
  const system = await temporaryFolder();
  writeFileSync(join(system, 'file'), '');
  vi.stubEnv('TMPDIR', join(system, what));
  const problem = {code: 'run/no-temporary-folder', hint: expect.stringContaining('TMPDIR')};
  await expect(withScratch('doctor', async () => {})).rejects.toMatchObject({problem});
});
