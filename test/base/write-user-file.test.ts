import {execFileSync, spawn} from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {writeUserFile} from '../../src/base/write-user-file.js';
import {temporaryFolder} from '../temporary-folder.js';

const onUnix = test.skipIf(process.platform === 'win32');

onUnix('a link stays a link, and what it leads to keeps its permissions', async () => {
  const dir = await temporaryFolder();
  mkdirSync(join(dir, 'dotfiles'));
  writeFileSync(join(dir, 'dotfiles/file'), 'old');
  chmodSync(join(dir, 'dotfiles/file'), 0o600);
  symlinkSync('dotfiles/file', join(dir, 'middle'));
  symlinkSync('middle', join(dir, 'link'));
  await writeUserFile(join(dir, 'link'), 'new');
  expect(lstatSync(join(dir, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(dir, 'dotfiles/file'), 'utf8')).toBe('new');
  expect(statSync(join(dir, 'dotfiles/file')).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dir, 'dotfiles'))).toEqual(['file']);
});

onUnix('a link that leads nowhere yet gets what it leads to', async () => {
  const dir = await temporaryFolder();
  symlinkSync('there', join(dir, 'link'));
  await writeUserFile(join(dir, 'link'), 'text');
  expect(readFileSync(join(dir, 'there'), 'utf8')).toBe('text');
  expect(lstatSync(join(dir, 'link')).isSymbolicLink()).toBe(true);
});

onUnix('what is no file is written into, and stays what it is', async () => {
  const dir = await temporaryFolder();
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  symlinkSync('pipe', join(dir, 'link'));
  const reader = spawn('cat', [join(dir, 'pipe')]);
  let heard = '';
  reader.stdout.on('data', (text) => {
    heard += text;
  });
  await writeUserFile(join(dir, 'link'), 'text');
  await new Promise((resolve) => reader.on('close', resolve));
  expect(heard).toBe('text');
  expect(lstatSync(join(dir, 'pipe')).isFIFO()).toBe(true);
});

test('a folder in the place of a file is left, with its reason', async () => {
  const dir = await temporaryFolder();
  mkdirSync(join(dir, 'folder'));
  await expect(writeUserFile(join(dir, 'folder'), 'text')).rejects.toMatchObject({
    code: /EISDIR|ENOTEMPTY|EPERM/,
  });
  expect(readdirSync(dir)).toEqual(['folder']);
});
