import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readLock} from '../../src/record/read-lock.js';
import type {SampleCollection} from '../../src/stage/sample-parts.js';
import {temporaryFolder} from '../temporary-folder.js';
import {look, outputText, pipelineOf, type RunReport, run, type StageSketch} from './rig.js';

type Songs = Readonly<Record<string, string>>;

async function studio() {
  const dir = await temporaryFolder();
  const log = join(dir, 'made.log');
  const stage = (songs: Songs, sketch: Partial<StageSketch> & {params?: object} = {}) =>
    pipelineOf(dir, {s: {uses: 'test.samples', ...sketch, params: {songs, log, ...sketch.params}}});
  /** What the worker made since the last time this was asked. */
  const made = (): string[] => {
    try {
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      return lines.filter((line) => line !== '').sort();
    } catch {
      return [];
    } finally {
      writeFileSync(log, '');
    }
  };
  return {dir, stage, made};
}

function collected(report: RunReport): SampleCollection {
  return JSON.parse(outputText(report, 's')) as SampleCollection;
}

const songs: Songs = {'a.wav': 'one', 'b.wav': 'four', 'c.wav': 'seven'};

test.each([
  {name: 'nothing changed', edit: {}, made: []},
  {name: 'one song added', edit: {'d.wav': 'elevens'}, made: ['d.wav length', 'd.wav upper']},
  {name: 'a text edited, same length', edit: {'a.wav': 'two'}, made: ['a.wav upper']},
  {name: 'a song that equals another', edit: {'d.wav': 'one'}, made: []},
])('$name: only what depends on it is made', async ({edit, made}) => {
  const studio1 = await studio();
  await run(studio1.stage(songs));
  expect(studio1.made()).toHaveLength(6);
  const report = await run(studio1.stage({...songs, ...edit}));
  expect(studio1.made()).toEqual(made);
  expect(collected(report).samples.map(({sample}) => sample)).toEqual(Object.keys({...songs, ...edit}));
});

test('a renamed song is found again, and what consumers read of the collection is the same', async () => {
  const {stage, made} = await studio();
  const first = await run(stage(songs));
  made();
  const {'a.wav': text, ...rest} = songs;
  const second = await run(stage({'renamed.wav': text!, ...rest}));
  expect(made()).toEqual([]);
  expect(identityIn(second)).toBe(identityIn(first));
});

function identityIn(report: RunReport): string | undefined {
  const lock = readLock(join(report.dir, '../../../pipeline.lock.yaml'));
  return lock.ok ? lock.value.lock.stages.s?.outputs.samples : undefined;
}

test('the plan says how many samples are missing which parts', async () => {
  const {stage} = await studio();
  await run(stage(songs));
  const {plan} = await look(stage({...songs, 'a.wav': 'two'}));
  expect(plan.stages[0]!.verdict).toMatchObject({
    samples: {total: 3, missing: [{sample: 'a.wav', parts: ['upper']}]},
  });
});

test('a finished sample says how long its own parts took', async () => {
  const {stage} = await studio();
  await run(stage({'a.wav': 'one'}));
  const report = await run(stage({'a.wav': 'one', 'b.wav': 'three'}, {params: {pause_ms: 20}}));
  const finished = report.events.flatMap((event) => (event.kind === 'sample_finished' ? [event] : []));
  expect(finished.map(({sample, computed}) => [sample, computed])).toEqual([['b.wav', ['upper', 'length']]]);
  expect(finished[0]!.duration_ms).toBeGreaterThanOrEqual(20); // two parts of 20 ms, less what timers are early
});

test('a worker killed half way has lost nothing that it handed over', async () => {
  const {stage, made} = await studio();
  const first = await run(stage(songs, {params: {die_after: 4}}));
  expect(first.by.s).toMatchObject({kind: 'crashed', signal: 'SIGKILL'});
  expect(made()).toHaveLength(4);
  const second = await run(stage(songs));
  expect(second.by.s).toMatchObject({
    kind: 'succeeded',
    samples: {total: 3, computed: 1, cached: 2, failed: 0},
  });
  expect(made()).toHaveLength(2);
});

test('a failing sample fails the stage, after the others are done', async () => {
  const {stage, made} = await studio();
  const report = await run(stage({...songs, 'b.wav': 'a bad one'}));
  expect(report.by.s).toMatchObject({kind: 'failed', problem: {code: 'run/samples-failed'}});
  expect((report.by.s as {problem: {message: string}}).problem.message).toContain(
    '1 of 3 samples failed\n  b.wav: b.wav is bad',
  );
  expect(made()).toHaveLength(4);
});

test('with on_error: skip the rest goes on and the collection says what is missing', async () => {
  const {stage} = await studio();
  const report = await run(stage({...songs, 'b.wav': 'a bad one'}, {on_error: 'skip'}));
  expect(report.by.s).toMatchObject({kind: 'succeeded', samples: {total: 3, failed: 1}});
  const {samples, missing} = collected(report);
  expect(samples.map(({sample}) => sample)).toEqual(['a.wav', 'c.wav']);
  expect(missing).toMatchObject([{sample: 'b.wav', problem: {code: 'test/bad-song'}}]);
  const strict = await run(stage({...songs, 'b.wav': 'a bad one'}));
  expect(strict.by.s!.kind).toBe('failed'); // what was skipped once must not pass later
});

test('two runners at once make each part once, and both finish', async () => {
  const {stage, made, dir} = await studio();
  const many = Object.fromEntries(
    Array.from({length: 12}, (_, index) => [`${index}.wav`, 'x'.repeat(index + 1)]),
  );
  const cache_dir = join(dir, 'shared');
  const pipeline = stage(many, {params: {pause_ms: 5}});
  const reports = await Promise.all([run(pipeline, {cache_dir}), run(pipeline, {cache_dir})]);
  expect(reports.map(({outcome}) => outcome)).toEqual(['done', 'done']);
  expect(made()).toHaveLength(24);
  expect(outputText(reports[0], 's')).toBe(outputText(reports[1], 's'));
});

test('two runners with different songs share those they have in common', async () => {
  const {stage, made, dir} = await studio();
  const cache_dir = join(dir, 'shared');
  const [left, right] = [
    {a: 'alpha', b: 'be', c: 'gamm'},
    {b: 'be', c: 'gamm', d: 'del'},
  ];
  const reports = await Promise.all(
    [left, right].map((some) => run(stage(some, {params: {pause_ms: 20}}), {cache_dir})),
  );
  expect(reports.map(({outcome}) => outcome)).toEqual(['done', 'done']);
  expect(made()).toHaveLength(8); // none is made twice
});

test('what is warned of a song is said on every run, whether the song is made or found', async () => {
  const {stage} = await studio();
  const warnings = ({events}: RunReport): string[] =>
    events.flatMap((event) => (event.kind === 'stage_warning' ? [event.problem.message] : []));
  const odd = {'a.wav': 'odd one', 'b.wav': 'fine'};
  expect(warnings(await run(stage(odd)))).toEqual(['a.wav is odd']);
  expect(warnings(await run(stage(odd)))).toEqual(['a.wav is odd']);
  const two = {...odd, 'c.wav': 'odd too'};
  expect(warnings(await run(stage(two)))).toEqual(['c.wav is odd', 'a.wav is odd']);
  expect(warnings(await run(stage(two)))).toEqual(['2 times:\n  a.wav is odd\n  c.wav is odd']);
  const repaired = {'a.wav': 'even', 'b.wav': 'fine', 'c.wav': 'odd too'};
  expect(warnings(await run(stage(repaired)))).toEqual(['c.wav is odd']);
});
