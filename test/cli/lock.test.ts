import {lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo 1 > \${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, with: {argv: [cp, "\${inputs.i}", "\${outputs.o}"], inputs: {i: "\${stages.a}"}, outputs: {o: o}}}
`;
const lock = 'pipeline.lock.yaml';

async function ran(): Promise<{folder: Folder; text: string}> {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  return {folder, text: folder.read(lock)};
}

test('Git on Windows may write it with CRLF: everything goes on, and nothing is rewritten', async () => {
  const {folder, text} = await ran();
  const windows = `\ufeff${text.replaceAll('\n', '\r\n')}`;
  folder.write(lock, windows);
  expect(await folder.run(['status', '--check'])).toMatchObject({code: 0, stderr: ''});
  expect(await folder.run(['run', '--frozen'])).toMatchObject({code: 0});
  expect(folder.read(lock)).toBe(windows);
});

test.each([
  {name: 'empty', cut: () => '', code: 'record/empty-lock-file'},
  {name: 'cut', cut: (text: string) => text.slice(0, -30), code: 'record/cut-lock-file'},
])('one that is $name is a warning; run writes it again, --frozen refuses it', async ({cut, code}) => {
  const {folder, text} = await ran();
  folder.write(lock, cut(text));
  const status = await folder.run(['status']);
  expect(status.code).toBe(0);
  expect(status.stderr).toContain(code);
  const frozen = await folder.run(['run', '--frozen']);
  expect(frozen.code).toBe(3);
  expect(frozen.stderr).toContain(code);
  const run = await folder.run(['run']);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(code);
  expect(folder.read(lock)).toBe(text);
});

test('one of a newer sidestep, a folder, a conflict are said in words, and nothing runs', async () => {
  const {folder, text} = await ran();
  const refused = async (): Promise<string> => {
    const {code, stderr} = await folder.run(['run']);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/defect|bug|\n {4}at /);
    return stderr;
  };
  folder.write(lock, text.replace('sidestep_lock: 1', 'sidestep_lock: 2'));
  expect(await refused()).toMatch(/pipeline\.lock\.yaml:2:1 .*written by a newer sidestep/);
  folder.write(lock, text.replace('  b:', '<<<<<<< HEAD\n  b:'));
  expect(await refused()).toContain('A merge conflict is left in the lock file');
  rmSync(folder.file(lock));
  mkdirSync(folder.file(lock));
  expect(await refused()).toContain('Cannot read the lock file: it is a folder');
});

test.each([
  {name: 'a file', to: 'elsewhere/shared.lock.yaml', first: true},
  {name: 'a file that is not there yet', to: 'elsewhere/shared.lock.yaml', first: false},
])('one that is a symbolic link to $name stays a link', async ({to, first}) => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'elsewhere/x': ''});
  if (first) folder.write(to, '');
  symlinkSync(to, folder.file(lock));
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  expect(lstatSync(folder.file(lock)).isSymbolicLink()).toBe(true);
  expect(readlinkSync(folder.file(lock))).toBe(to);
  expect(folder.read(to)).toContain('sidestep_lock: 1\nstages:\n  a:\n');
});
