import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished, test} from 'vitest';
import {type DeviceReport, PROTOCOL_VERSION} from '../../src/protocol/message.js';
import {cardName, cardsOfMachine} from '../../src/run/cards.js';
import type {WorkerLauncher} from '../../src/run/worker-launcher.js';
import {temporaryFolder} from '../temporary-folder.js';
import {allTypes, pipelineOf, run, type StageSketch, testWorkers} from './rig.js';

const card = (index: number): DeviceReport => ({
  device: `cuda:${index}`,
  backend: 'cuda',
  name: 'Card',
  memory_bytes: 2 ** 33,
  free_bytes: 2 ** 33,
});

/** Real workers on a machine that says it has two cards. */
const launcher: WorkerLauncher = {
  start: (first, listener) => {
    if (first.kind !== 'probe') return testWorkers.start(first, listener);
    listener.message({
      kind: 'probed',
      report: {
        numerics_version: PROTOCOL_VERSION,
        cpu_arithmetic: 'fused',
        devices: [card(0), card(1)],
        no_cuda: undefined,
      },
    });
    return {
      send: () => {},
      kill: () => {},
      ended: Promise.resolve({kind: 'exited', exit_code: 0, stderr_tail: ''}),
    };
  },
};
const types = new Map([
  ...allTypes,
  ['test.worker', {...allTypes.get('test.worker')!, numerics: 'engine' as const}],
]);
const addon = fileURLToPath(import.meta.url); // is hashed, and not asked

const setting = (cards_of: string) => ({launcher, types, addon, cards_of, options: {jobs: 4}});

async function meeting(): Promise<{
  dir: string;
  place: string;
  stage: (more?: Partial<StageSketch>) => StageSketch;
}> {
  const dir = await temporaryFolder();
  const place = join(dir, 'place');
  mkdirSync(place);
  let cell = 0;
  const stage = (more: Partial<StageSketch> = {}): StageSketch => {
    cell += 1;
    return {uses: 'test.worker', params: {does: 'meet', place, expected: 2, cell}, timeout_s: 60, ...more};
  };
  return {dir, place, stage};
}

test('two combinations of a matrix compute on two cards at once', async () => {
  const {dir, place, stage} = await meeting();
  const report = await run(pipelineOf(dir, {a: stage(), b: stage()}), setting(dir));
  expect(report.outcome).toBe('done');
  expect(readdirSync(place).toSorted()).toEqual(['cuda:0', 'cuda:1']);
});

test('shards of a stage have a card each, and are no more than there are cards', async () => {
  const {dir, place} = await meeting();
  const sharing = new Map([
    ...types,
    ['test.samples', {...types.get('test.samples')!, numerics: 'engine' as const}],
  ]);
  const songs = {a: 'one', b: 'four', c: 'seven', d: 'elevens'};
  const resources = {device: 'auto', precision: 'auto', threads: undefined, shards: 4};
  const stage = {uses: 'test.samples', params: {songs, hold: place}, resources, timeout_s: 60};
  const running = run(pipelineOf(dir, {a: stage}), {...setting(dir), types: sharing});
  await expect.poll(() => readdirSync(place).length, {timeout: 60_000}).toBe(2);
  writeFileSync(join(place, 'go'), '');
  expect((await running).outcome).toBe('done');
  const devices = readdirSync(place).flatMap((name) => /cuda:\d$/.exec(name)?.[0] ?? []);
  expect(devices.toSorted()).toEqual(['cuda:0', 'cuda:1']);
});

test('two runs, each with one stage for any card, do not take the same', async () => {
  const {dir, place, stage} = await meeting();
  const pipelines = ['one', 'two'].map((name) => pipelineOf(join(dir, name), {a: stage()}));
  const reports = await Promise.all(pipelines.map((pipeline) => run(pipeline, setting(dir))));
  expect(reports.map(({outcome}) => outcome)).toEqual(['done', 'done']);
  expect(readdirSync(place).toSorted()).toEqual(['cuda:0', 'cuda:1']);
});

test('cuda:1 is that card and no other; a stage that waits for it says so, and can be stopped', async () => {
  const dir = await temporaryFolder();
  const cards = cardsOfMachine({visible_devices: undefined, job: dir});
  const claim = await cards.claim('cuda:1');
  const resources = {device: 'cuda:1', precision: 'auto', threads: undefined};
  const pipeline = pipelineOf(dir, {a: {uses: 'test.worker', params: {does: 'write'}, resources}});
  const report = await run(pipeline, {
    ...setting(dir),
    onEvent: (event) => {
      if (event.kind !== 'stage_waiting') return;
      expect(event.for).toEqual({kind: 'device', device: 'cuda:1'});
      void claim!.release();
    },
  });
  expect(report.outcome).toBe('done');
  expect(report.events.filter(({kind}) => kind === 'stage_waiting')).toHaveLength(1);
});

test('a claim ends with the process that holds it', async () => {
  const dir = await temporaryFolder();
  const cards = cardsOfMachine({visible_devices: undefined, job: dir});
  const module = new URL('../../dist/run/cards.js', import.meta.url);
  const script = `const {cardsOfMachine} = await import(${JSON.stringify(module.href)});
    await cardsOfMachine({visible_devices: undefined, job: ${JSON.stringify(dir)}}).claim('cuda:0');
    console.log('claimed'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  expect(await cards.claim('cuda:0')).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const claim = await cards.claim('cuda:0');
  expect(claim).toBeDefined();
  expect(await cards.claim('cuda:0')).toBeUndefined(); // nor may this process claim it twice
  await claim!.release();
});

test('the same card has the same name, whatever number it has here', () => {
  const here = {visible_devices: undefined, job: undefined};
  expect(cardName('cuda:1', here)).toBe('1');
  expect(cardName('cuda:0', {...here, visible_devices: '1, 2'})).toBe('1');
  expect(cardName('cuda:1', {...here, visible_devices: 'GPU-8b6,GPU-77c'})).toBe('GPU-77c');
  expect(cardName('cuda:0', {visible_devices: '0', job: '12'})).not.toBe(
    cardName('cuda:0', {...here, job: '13'}),
  );
});
