import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';
import {look, outputText, pipelineOf, type RunReport, run, type StageSketch} from './rig.js';

const songs = {a: 'one', b: 'four', c: 'seven', d: 'elevens', e: 'odd song'};

const inShards = (shards: number): Partial<StageSketch> => ({
  resources: {device: 'auto', precision: 'auto', threads: undefined, shards},
});

async function studio() {
  const dir = await temporaryFolder();
  const log = join(dir, 'made.log');
  const place = join(dir, 'place');
  mkdirSync(place);
  return {
    pipeline: (shards: number, params: object = {}, sketch: Partial<StageSketch> = {}) =>
      pipelineOf(dir, {
        s: {uses: 'test.samples', ...inShards(shards), ...sketch, params: {songs, log, ...params}},
      }),
    place,
    /** What workers say that they have in hand, once there are so many of them. */
    inHand: async (workers: number): Promise<string[]> => {
      for (;;) {
        const texts = readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'));
        if (texts.filter((text) => text !== '').length === workers) return texts.toSorted();
        await sleep(20);
      }
    },
    go: () => writeFileSync(join(place, 'go'), ''),
    made: () => readFileSync(log, 'utf8').trim().split('\n').toSorted(),
  };
}

function kinds(report: RunReport, kind: string) {
  return report.events.filter((event) => event.kind === kind);
}

test('several processes share the samples, all at the same time; what they make is what one makes', async () => {
  const alone = await studio();
  const expected = outputText(await run(alone.pipeline(1)), 's');
  const {pipeline, place, inHand, go, made} = await studio();
  const running = run(pipeline(2, {hold: place}));
  expect(await inHand(2)).toEqual(['a c e', 'b d']);
  go();
  const report = await running;
  expect(outputText(report, 's')).toBe(expected);
  expect(report.by.s).toMatchObject({samples: {total: 5, computed: 5, failed: 0}});
  expect(made()).toEqual(alone.made());
  const progress = kinds(report, 'stage_progress').map((event) => 'done' in event && event.done);
  expect(progress).toEqual([0, 1, 2, 3, 4, 5]);
});

test('shards are no part of what a stage is', async () => {
  const {pipeline} = await studio();
  await run(pipeline(1));
  const {plan} = await look(pipeline(4));
  expect(plan.stages[0]!.verdict.kind).toBe('cached');
});

test('no more processes than samples are started', async () => {
  const {pipeline, place, inHand, go} = await studio();
  const running = run(pipeline(50, {hold: place}));
  expect(await inHand(5)).toEqual(['a', 'b', 'c', 'd', 'e']);
  go();
  expect((await running).outcome).toBe('done');
});

test('one that dies is a failure; the others go on, what they make is kept, and only the rest is made again', async () => {
  const {pipeline, place, inHand, go, made} = await studio();
  const running = run(pipeline(2, {hold: place}), {
    onEvent: (event) => {
      if (event.kind === 'warning') go();
    },
  });
  await inHand(2);
  const victim = readdirSync(place).find((name) => readFileSync(join(place, name), 'utf8') === 'b d')!;
  process.kill(Number(victim.split('.')[1]), 'SIGKILL');
  const first = await running;
  expect(first.by.s).toMatchObject({kind: 'crashed', signal: 'SIGKILL'});
  expect(kinds(first, 'warning')).toMatchObject([{problem: {code: 'run/shard-failed'}}]);
  expect(made().map((line) => line.split(' ')[0])).toEqual(['a', 'a', 'c', 'c', 'e', 'e']);
  const second = await run(pipeline(2));
  expect(second.by.s).toMatchObject({samples: {computed: 2, cached: 3}});
  expect(made()).toHaveLength(10);
});

test('one that dies is tried again where the stage says so, with what it had left', async () => {
  const {pipeline, place, inHand, go, made} = await studio();
  const running = run(pipeline(2, {hold: place}, {retries: 1}), {
    onEvent: (event) => {
      if (event.kind === 'warning') go();
    },
  });
  await inHand(2);
  process.kill(Number(readdirSync(place)[0]!.split('.')[1]), 'SIGKILL');
  const report = await running;
  expect(report.by.s).toMatchObject({kind: 'succeeded', samples: {total: 5, failed: 0}});
  expect(kinds(report, 'stage_retrying')).toHaveLength(1);
  expect(made()).toHaveLength(10);
});

test('a warning stays with the sample that it is about, whatever others hand over meanwhile', async () => {
  const {pipeline, place} = await studio();
  const wait_odd = join(place, 'others are done');
  let done = 0;
  const first = await run(pipeline(5, {wait_odd}), {
    onEvent: (event) => {
      if (event.kind === 'sample_finished') done += 1;
      if (done === 4) writeFileSync(wait_odd, '');
    },
  });
  expect(kinds(first, 'stage_warning')).toHaveLength(1);
  const others = await run(pipeline(5, {songs: {...songs, e: 'even song'}}));
  expect(kinds(others, 'stage_warning')).toEqual([]); // nothing of what was kept of the others speaks of it
});
