import {expect, test} from 'vitest';
import {stageId} from '../../../src/base/stage-id.js';
import {type Baseline, baselinePath, compareNumbers, type StageNumbers} from '../../../src/ci/baseline.js';
import {junitXml, stageCase} from '../../../src/render/junit.js';

const cpu = {backend: 'cpu', precision: 'f32', numerics_version: 9};
const of = (stages: Record<string, StageNumbers>, numerics = cpu): Baseline => ({
  sidestep_ci: 1,
  pipeline: 'p',
  numerics,
  stages,
});
const file = (hash: string, rms = 1) => ({files: {'a.safetensors': {hash, rms}}});
const messages = (before: Baseline, now: Baseline) =>
  compareNumbers(before, now).drifts.map(({message}) => message);

test('the same numbers are no drift, the last bit of one is', () => {
  expect(compareNumbers(of({t: {losses: [4.5, 4.4]}}), of({t: {losses: [4.5, 4.4]}}))).toEqual({
    drifts: [],
    note: undefined,
  });
  expect(messages(of({t: {losses: [4.5, 4.4]}}), of({t: {losses: [4.5, 4.4000000000000004]}}))).toEqual([]);
  expect(messages(of({t: {losses: [4.5, 4.4]}}), of({t: {losses: [4.5, 4.400000000000001]}}))).toEqual([
    'loss of step 2: 4.4 → 4.400000000000001 (+2e-14 %)',
  ]);
});

test.each([
  ['other tensors', file('a', 1), file('b', 1.5), 'a.safetensors holds other numbers (rms 1 → 1.5 (+50 %))'],
  ['one more step', {losses: [1]}, {losses: [1, 1]}, 'it took 2 steps, in the baseline 1'],
  ['no number', {losses: [1]}, {losses: [null]}, 'loss of step 1: 1 → no number'],
  [
    'other files',
    file('a'),
    {files: {'b.safetensors': {hash: 'a', rms: 1}}},
    'no longer there: a.safetensors; new: b.safetensors',
  ],
])('%s are named', (_name, before, now, message) => {
  expect(messages(of({t: before}), of({t: now}))).toEqual([message]);
});

test('a stage that came, and one that went', () => {
  expect(messages(of({a: {losses: [1]}}), of({b: {losses: [1]}}))).toEqual([
    'it is not in the baseline',
    'it is in the baseline and computed nothing now',
  ]);
});

test('a CPU with an arithmetic of its own is compared within a tolerance, which is said; another version is not', () => {
  const other = of({t: {losses: [1.0001], ...file('b', 1.0002)}}, {
    ...cpu,
    cpu_arithmetic: 'no fma',
  } as never);
  const {drifts, note} = compareNumbers(of({t: {losses: [1], ...file('a')}}), other);
  expect(drifts).toEqual([]);
  expect(note).toMatch(
    /within 0\.001, not to the last bit: .* fused multiply-adds, this machine computes .*no fma/,
  );
  expect(
    messages(of({t: {losses: [1]}}), of({t: {losses: [1.0001]}}, {...cpu, numerics_version: 10})),
  ).toHaveLength(1);
});

test('the baseline is beside its pipeline', () => {
  expect(baselinePath('pipelines/lora.yaml')).toBe('pipelines/lora.ci.json');
  expect(baselinePath('/a/b.YML')).toBe('/a/b.ci.json');
});

test('a JUnit report: what failed, what waited for it, and no character that XML has no form for', () => {
  const started_at = Date.UTC(2026, 10, 30, 12, 5, 59, 900);
  const xml = junitXml({name: 'my <pipeline>', started_at}, [
    stageCase({kind: 'succeeded', stage: stageId('songs'), duration_ms: 1500} as never),
    stageCase({
      kind: 'failed',
      stage: stageId('train'),
      problem: {
        code: 'train/no-samples',
        message: 'none & "nothing"\u001b[31m',
        position: {file: 'a.yaml', line: 3, column: 5},
        hint: 'Add <some>.',
      },
    } as never),
    stageCase({kind: 'blocked', stage: stageId('export'), by: stageId('train')}),
    stageCase({kind: 'not_started', stage: stageId('report'), after: 'stop'}),
  ]);
  expect(xml).toContain(
    '<testsuite id="0" name="my &lt;pipeline&gt;" package="sidestep" timestamp="2026-11-30T12:05:59" hostname="localhost" tests="4" failures="1" errors="0" skipped="2" time="1.500">',
  );
  expect(xml).toContain('name="report" time="0.000"><skipped message="the run was stopped"/>'); // not begun is not passed
  expect(xml).toContain('<testcase classname="my &lt;pipeline&gt;" name="songs" time="1.500"/>');
  expect(xml).toMatch(/<failure type="train\/no-samples" message="none &amp; &quot;nothing&quot;[^"]*">/);
  expect(xml).toContain('a.yaml:3:5\nAdd &lt;some&gt;.');
  expect(xml).toContain('<skipped message="it waits for train"/>');
  expect(xml).not.toContain('\u001b');
});
