import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {LockFile} from '../../src/record/lock-file.js';
import {readLock} from '../../src/record/read-lock.js';
import {temporaryFolder} from '../temporary-folder.js';
import {pipelineOf, ref, run, shell} from './rig.js';

function lockOf(dir: string): LockFile {
  const lock = readLock(join(dir, 'pipeline.lock.yaml'));
  if (!lock.ok) throw new Error(JSON.stringify(lock.problems));
  return lock.value.lock;
}

const chain = (dir: string, first: string) =>
  pipelineOf(dir, {a: shell(first), b: shell('cat $1 > $2', {inputs: {text: ref('a')}})});

test('a frozen run in a fresh clone gives what the lock file says', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir, 'printf x > $1'));
  rmSync(join(dir, '.sidestep'), {recursive: true});
  const report = await run(chain(dir, 'printf x > $1'), {options: {frozen: lockOf(dir)}});
  expect(report).toMatchObject({outcome: 'done', ran: ['a', 'b']});
});

test('a changed parameter is refused before the stage runs', async () => {
  const dir = await temporaryFolder();
  await run(chain(dir, 'printf x > $1'));
  const report = await run(chain(dir, 'printf y > $1'), {options: {frozen: lockOf(dir)}});
  expect(report.by).toMatchObject({
    a: {kind: 'failed', problem: {code: 'run/frozen-differs'}, attempts: 0},
    b: {kind: 'blocked'},
  });
});

test('an output that comes out otherwise is refused, and the lock file stays as it was', async () => {
  const dir = await temporaryFolder();
  const toss = 'date +%N > $1'; // another text every time
  await run(chain(dir, toss));
  const before = readFileSync(join(dir, 'pipeline.lock.yaml'), 'utf8');
  rmSync(join(dir, '.sidestep'), {recursive: true});
  const report = await run(chain(dir, toss), {options: {frozen: lockOf(dir)}});
  expect(report.by).toMatchObject({
    a: {kind: 'failed', problem: {code: 'run/frozen-differs'}},
    b: {kind: 'blocked'},
  });
  expect(readFileSync(join(dir, 'pipeline.lock.yaml'), 'utf8')).toBe(before);
});

test('the lock file holds no absolute path and no time, and a run from cache leaves it untouched', async () => {
  const dir = await temporaryFolder();
  const file = join(dir, 'song.txt');
  writeFileSync(file, 'la');
  const pipeline = pipelineOf(dir, {a: shell('cat $1 > $2', {inputs: {song: file}})});
  await run(pipeline);
  const text = readFileSync(join(dir, 'pipeline.lock.yaml'), 'utf8');
  expect(text).not.toContain(dir);
  expect(text).not.toMatch(/20\d\d-\d\d/);
  await run(pipeline);
  expect(readFileSync(join(dir, 'pipeline.lock.yaml'), 'utf8')).toBe(text);
});
