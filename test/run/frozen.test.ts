import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {LockFile} from '../../src/record/lock-file.js';
import {readLock} from '../../src/record/read-lock.js';
import {frozenProblem} from '../../src/run/finish.js';
import {temporaryFolder} from '../temporary-folder.js';
import {look, pipelineOf, ref, run, shell} from './rig.js';

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

test('another CPU’s arithmetic is refused in words that name this CPU and both kinds', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {a: shell('printf x > $1')});
  await run(pipeline);
  const {plan} = await look(pipeline);
  const fused = {backend: 'cpu', precision: 'f32', numerics_version: 4};
  const portable = {...fused, cpu_arithmetic: 'portable'};
  const [stage] = plan.stages;
  const now = {
    ...stage!,
    type: {...stage!.type, numerics: 'engine' as const},
    parts: {...stage!.parts!, numerics: portable},
  };
  const lock = lockOf(dir);
  const locked = {...lock, stages: {a: {...lock.stages.a!, numerics: fused}}};
  const problem = frozenProblem(now, locked);
  const words = 'f32 on the CPU (portable, without fused multiply-add), arithmetic 4';
  expect(problem).toMatchObject({code: 'run/frozen-differs', hint: expect.stringMatching(/AVX2.*--frozen/)});
  expect(problem!.message).toContain(
    `this machine (${cpus()[0]!.model.trim()}) computes in ${words}; the lock file was made with f32 on the CPU, arithmetic 4`,
  );
});
