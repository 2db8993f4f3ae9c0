import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Executor} from '../../src/config/pipeline.js';
import {stopSwitch} from '../../src/run/stop.js';
import type {ParamObject} from '../../src/stage/param.js';
import {outputText, pipelineOf, type RunReport, type RunSetting, run, type StageSketch} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';
import {testCluster} from './cluster.js';
import {codesOfLosses, here, how, kinds} from './disturbed.js';

/** An array may have four tasks here. */
const cluster = testCluster({configuration: 'MaxArraySize=4'});

const songs = {a: 'one', b: 'four', c: 'seven', d: 'elevens', e: 'odd song', f: 'thirteenth'};

interface Studio {
  readonly again: (more?: Partial<StageSketch>, setting?: RunSetting) => Promise<RunReport>;
  /** Starts it in three shards, and resolves once each of them says what it has in hand, by the number of its task. */
  readonly held: (executor?: Executor, setting?: RunSetting, params?: ParamObject) => Promise<Held>;
  /** `a length`, for each part that was made. */
  readonly made: () => string[];
  readonly jobsFolder: () => string[];
}

interface Held {
  readonly running: Promise<RunReport>;
  /** Number of the array. */
  readonly array: string;
  readonly tasks: ReadonlyMap<number, {readonly pid: number; readonly samples: string}>;
  readonly go: () => void;
}

async function studio(): Promise<Studio> {
  const dir = await temporaryFolder();
  const log = join(dir, 'made.log');
  const place = join(dir, 'place');
  mkdirSync(place);
  const pipeline = (executor: Executor, more: Partial<StageSketch> = {}) => {
    const resources = {device: 'auto', precision: 'auto', threads: undefined, executor, shards: 3};
    return pipelineOf(dir, {
      s: {uses: 'test.samples', resources, ...more, params: {songs, log, hold: place, ...more.params}},
    });
  };
  const lines = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return {
    again: (more, setting) => {
      writeFileSync(join(place, 'go'), '');
      return run(pipeline(here, more), setting);
    },
    held: async (executor = here, setting = {}, params: ParamObject = {}) => {
      let array = '';
      let heard = 0;
      const running = run(pipeline(executor, {params}), {
        ...setting,
        onEvent: (event) => {
          if (event.kind === 'stage_placed') array = event.job.split('_')[0]!;
          if (event.kind === 'log' && event.line.startsWith('has ')) heard += 1;
          setting.onEvent?.(event);
        },
      });
      const told = () => readdirSync(place).filter((name) => readFileSync(join(place, name), 'utf8') !== '');
      await expect.poll(() => heard, {timeout: 100_000, interval: 100}).toBe(3);
      const tasks = told().map((name) => {
        const [task, pid] = name.split('.').map(Number) as [number, number];
        return [task, {pid, samples: readFileSync(join(place, name), 'utf8')}] as const;
      });
      return {running, array, tasks: new Map(tasks), go: () => writeFileSync(join(place, 'go'), '')};
    },
    made: () => lines().toSorted(),
    jobsFolder: () => readdirSync(join(dir, '.sidestep/cache/jobs')),
  };
}

function jobsOf(report: RunReport, wanted: 'submitted' | 'running' | 'followed'): string[] {
  const placed = report.events.flatMap((event) =>
    event.kind === 'stage_placed' && event.how === wanted ? [event.job] : [],
  );
  return placed.toSorted();
}

test('shards of a stage are the tasks of one array, all at once, and make what one process makes', async () => {
  const alone = await studio();
  const expected = outputText(
    await alone.again({resources: {device: 'auto', precision: 'auto', threads: undefined}}),
    's',
  );
  const {held, made, jobsFolder} = await studio();
  const {running, array, tasks, go} = await held();
  expect([...tasks].map(([task, {samples}]) => [task, samples]).toSorted()).toEqual([
    [0, 'a d'],
    [1, 'b e'],
    [2, 'c f'],
  ]);
  const names = cluster.ask('squeue', '--noheader', '--array', '--format=%i', `--jobs=${array}`);
  expect(names.trim().split('\n').toSorted()).toEqual([0, 1, 2].map((task) => `${array}_${task}`));
  go();
  const report = await running;
  expect(outputText(report, 's')).toBe(expected);
  expect(jobsOf(report, 'submitted')).toEqual([0, 1, 2].map((task) => `${array}_${task}`));
  expect(made()).toEqual(alone.made());
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(jobsFolder()).toEqual([]);
});

test('one task is cancelled by somebody: the others end their work, the run is interrupted, and the next one makes the rest', async () => {
  const {held, again, made} = await studio();
  const {running, array, go} = await held();
  cluster.ask('scancel', `${array}_1`);
  await expect.poll(() => stateOf(`${array}_1`), {timeout: 60_000, interval: 300}).toBe('CANCELLED');
  go();
  const report = await running;
  expect(report).toMatchObject({outcome: 'interrupted', by: {s: {kind: 'interrupted', resumable: true}}});
  expect(kinds(report, 'warning')).toMatchObject([{problem: {code: 'run/job-cancelled'}}]);
  expect(new Set(made().map((line) => line[0]))).toEqual(new Set(['a', 'c', 'd', 'f']));
  const second = await again();
  expect(second.by.s).toMatchObject({kind: 'succeeded', samples: {total: 6, computed: 2, cached: 4}});
  expect(jobsOf(second, 'submitted')).toHaveLength(2); // of two samples, no more shards are started
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('one task is put back into the queue: it alone goes on in a new job, while the others work', async () => {
  const {held, made} = await studio();
  const lost: string[] = [];
  const {running, array, go} = await held(
    {...here, how: {...how, extra: ['--requeue']}},
    {onEvent: (event) => event.kind === 'stage_lost' && lost.push(event.problem.message)},
  );
  cluster.ask('scontrol', 'requeue', `${array}_2`);
  await expect.poll(() => lost.length, {timeout: 100_000, interval: 300}).toBe(1);
  expect(['0', '1'].map((task) => stateOf(`${array}_${task}`))).toEqual(['RUNNING', 'RUNNING']);
  go();
  const report = await running;
  expect(report.outcome).toBe('done');
  expect(kinds(report, 'stage_retrying')).toEqual([]);
  expect(jobsOf(report, 'submitted')).toHaveLength(4);
  expect(made()).toHaveLength(12);
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('what one task runs on is taken from it: no failure, and no part is made twice', async () => {
  const {held, made} = await studio();
  const {running, array, go} = await held(here, {}, {hold_after: 1});
  cluster.ask('scontrol', 'update', `jobid=${array}_0`, 'endtime=now+1');
  await expect.poll(() => stateOf(`${array}_0`), {timeout: 100_000, interval: 300}).not.toBe('RUNNING');
  go();
  const report = await running;
  expect(report.outcome).toBe('done');
  expect(codesOfLosses(report)).toEqual(['run/job-lost']);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
  expect(made()).toHaveLength(12);
  expect(new Set(made()).size).toBe(12);
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('the worker of one task is killed: that is a failure, said at once, and the others end their work', async () => {
  const {held, again, made} = await studio();
  const {running, tasks, go} = await held(here, {
    onEvent: (event) => {
      if (event.kind === 'warning') go();
    },
  });
  process.kill(tasks.get(1)!.pid, 'SIGKILL');
  const report = await running;
  expect(report.by.s).toMatchObject({kind: 'crashed'});
  expect(kinds(report, 'warning')).toMatchObject([{problem: {code: 'run/shard-failed'}}]);
  expect(new Set(made().map((line) => line[0]))).toEqual(new Set(['a', 'c', 'd', 'f']));
  expect((await again()).by.s).toMatchObject({kind: 'succeeded', samples: {computed: 2}});
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('Ctrl-C ends all tasks, also those that wait in the queue, each with its reason', async () => {
  const stop = stopSwitch();
  const {again} = await studio();
  const executor = {...here, how: {...how, extra: ['--hold']}};
  const resources = {device: 'auto', precision: 'auto', threads: undefined, executor, shards: 3};
  const waiting = new Set<string>();
  const report = await again(
    {resources},
    {
      stop,
      onEvent: (event) => {
        if (event.kind !== 'stage_waiting' || event.for.kind !== 'queue') return;
        if (event.for.reason === 'JobHeldUser') waiting.add(event.for.job!.split('_')[1]!);
        if (waiting.size === 3) stop.request();
      },
    },
  );
  expect(report.outcome).toBe('interrupted');
  expect([...waiting].toSorted()).toEqual(['0', '1', '2']);
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('more tasks than an array may have here are refused, in words', async () => {
  const {again, jobsFolder} = await studio();
  const resources = {device: 'auto', precision: 'auto', threads: undefined, executor: here, shards: 5};
  const report = await again({resources});
  expect(report.by.s).toMatchObject({
    kind: 'failed',
    problem: {
      code: 'run/job-refused',
      message: expect.stringContaining('Invalid job array specification'),
      hint: expect.stringContaining('MaxArraySize'),
    },
  });
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(jobsFolder()).toEqual([]);
});

function stateOf(job: string): string {
  return cluster
    .ask('squeue', '--noheader', '--array', '--states=all', '--format=%T', `--jobs=${job}`)
    .trim();
}
