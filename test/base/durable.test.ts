import fs, {
  chmodSync,
  type NoParamCallback,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {
  type FaultHook,
  isFileError,
  renameDurably,
  syncFile,
  syncFolder,
  writeDurably,
} from '../../src/base/durable.js';
import {syncSteps} from '../sync-steps.js';
import {temporaryFolder} from '../temporary-folder.js';

/** Windows has no call for that, and does it by itself. */
const folderSynced = process.platform === 'win32' ? [] : ['folder synced'];

test('a durable write: everything is on the disk before it gets its name, and then the name is', async () => {
  const path = join(await temporaryFolder(), 'deep/er/file');
  const {seen, fault} = syncSteps();
  await writeDurably(path, 'text', fault);
  expect(seen).toEqual(['create', 'write', 'sync', 'file synced', 'rename', 'sync_folder', ...folderSynced]);
  expect(readFileSync(path, 'utf8')).toBe('text');
});

test('so are a rename, a finished file and a folder of names', async () => {
  const dir = await temporaryFolder();
  writeFileSync(join(dir, 'a'), '');
  const {seen, fault} = syncSteps();
  await syncFile(join(dir, 'a'), fault);
  await renameDurably(join(dir, 'a'), join(dir, 'b'), fault);
  await syncFolder(dir);
  expect(seen).toEqual(['sync', 'file synced', 'rename', 'sync_folder', ...folderSynced, ...folderSynced]);
  expect(readdirSync(dir)).toEqual(['b']);
});

test.each(['create', 'write', 'sync', 'rename'] as const)(
  'a write that fails at "%s" leaves what was there, and nothing beside it',
  async (broken) => {
    const dir = await temporaryFolder();
    writeFileSync(join(dir, 'file'), 'old');
    const fail: FaultHook = (step) => {
      if (step === broken) throw Object.assign(new Error('no space'), {code: 'ENOSPC'});
    };
    const attempt = writeDurably(join(dir, 'file'), 'new', fail);
    expect(isFileError(await attempt.catch((error: unknown) => error), 'ENOSPC')).toBe(true);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['file']);
  },
);

test('many writers of one file: it is always one of theirs, whole', async () => {
  const path = join(await temporaryFolder(), 'file');
  const texts = Array.from({length: 12}, (_, index) => String(index).repeat(5000));
  await Promise.all(texts.map((text) => writeDurably(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
});

test('what killed writers of a file left beside it goes with the next write; what living ones write stays', async () => {
  const dir = await temporaryFolder();
  const left = ['file.999999999-lx2k3j-1.tmp', 'file.999999999-lx2k3j-12.tmp'];
  const kept = [
    `file.${process.pid}-lx2k3j-1.tmp`,
    'files.999999999-lx2k3j-1.tmp',
    'file.999999999.tmp',
    'file.tmp',
  ];
  for (const name of [...left, ...kept]) writeFileSync(join(dir, name), 'x');
  await writeDurably(join(dir, 'file'), 'text');
  expect(readdirSync(dir).sort()).toEqual(['file', ...kept].sort());
});

test.skipIf(process.platform === 'win32').each([0o600, 0o664, 0o444])(
  'a file that is replaced keeps its permissions (%i)',
  async (mode) => {
    const path = join(await temporaryFolder(), 'file');
    writeFileSync(path, 'old');
    chmodSync(path, mode);
    await writeDurably(path, 'new');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new', mode]);
  },
);

test.each([
  {code: 'EINVAL', errno: -22, written: true},
  {code: 'ENOTSUP', errno: -95, written: true},
  {code: 'ENOSYS', errno: -38, written: true},
  {code: 'EIO', errno: -5, written: false},
])('a file system that answers fsync with $code: written $written', async ({code, errno, written}) => {
  const path = join(await temporaryFolder(), 'file');
  const refusal = Object.assign(new Error(`${code}: fsync`), {code, errno, syscall: 'fsync'});
  const refuse = (_file: number, done: NoParamCallback): void => done(refusal);
  const spy = vi.spyOn(fs, 'fsync').mockImplementation(refuse as typeof fs.fsync);
  onTestFinished(() => spy.mockRestore());
  const writing = writeDurably(path, 'text');
  if (written) await writing;
  else await expect(writing).rejects.toMatchObject({code, path: expect.stringContaining('file')});
});

test('where not even the half-written file can be removed, the first error is the one that is thrown', async () => {
  const path = join(await temporaryFolder(), 'file');
  const full = Object.assign(new Error('no space'), {code: 'ENOSPC', errno: -28});
  const fail: FaultHook = (step) => {
    if (step === 'sync') throw full;
  };
  const odd = `${path}.odd.tmp`;
  await expect(writeDurably(path, 'x', fail, odd)).rejects.toBe(full);
});
