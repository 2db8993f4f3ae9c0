import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {tryClaim} from '../../src/cache/claim.js';
import {prepareCache} from '../../src/cache/open.js';
import {showLife} from '../../src/cache/owner.js';
import {forecastSamples} from '../../src/plan/sample-forecast.js';
import {stopSwitch} from '../../src/run/stop.js';
import {look, outputText, pipelineOf, run} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';
import {testCluster} from './cluster.js';
import {codesOfLosses, counted, disturbed, here, how, kinds, on} from './disturbed.js';

const cluster = testCluster();

/** What takes minutes, since Slurm is slow to see what befell its daemons: `npm run test:cluster`. */
const long = test.runIf(process.env.CLUSTER === 'all');

test('four combinations of a matrix are four jobs at once, samples are committed as they come', async () => {
  const dir = await temporaryFolder();
  const place = join(dir, 'place');
  mkdirSync(place);
  const meet = (cell: number) =>
    on(here, {uses: 'test.worker', params: {does: 'meet', place, expected: 4, cell}, timeout_s: 120});
  const songs = {one: 'la', two: 'odd', three: 'bad'};
  const pipeline = pipelineOf(dir, {
    a: meet(1),
    b: meet(2),
    c: meet(3),
    d: meet(4),
    songs: on(here, {uses: 'test.samples', params: {songs}, on_error: 'skip'}),
  });
  const report = await run(pipeline, {options: {jobs: 1}}); // places on this machine are not what they take
  expect(report.outcome).toBe('done');
  expect(readdirSync(place)).toHaveLength(4);
  expect(report.by.songs).toMatchObject({samples: {total: 3, computed: 2, failed: 1}});
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(
    existsSync(join(dir, '.sidestep/cache/jobs')) ? readdirSync(join(dir, '.sidestep/cache/jobs')) : [],
  ).toEqual([]);
});

test('a part that another runner had in hand and did not make is made by a second job', async () => {
  const dir = await temporaryFolder();
  const stage = on(here, {uses: 'test.samples', params: {songs: {one: 'la', two: 'lala'}}});
  const pipeline = pipelineOf(dir, {songs: stage});
  const {plan, observation} = await look(pipeline);
  const planned = plan.stages[0]!;
  const upstream = new Map(plan.stages.map((each) => [each.id, each]));
  const type = planned.type as Parameters<typeof forecastSamples>[0]['type'];
  const [sample] = forecastSamples({...planned, type}, planned.parts!, upstream, observation.world.cache);
  await prepareCache(observation.cache);
  const endLife = await showLife(observation.cache.root, observation.cache.owner);
  const attempt = await tryClaim(observation.cache, sample!.parts[0]!.fingerprint);
  if (attempt.kind !== 'claimed') throw new Error('somebody else has the claim');
  const report = await run(pipeline, {
    onEvent: (event) => {
      if (event.kind === 'stage_waiting' && event.for.kind === 'other_runner') void attempt.claim.release();
    },
  });
  await endLife();
  expect(report.by.songs).toMatchObject({kind: 'succeeded', samples: {total: 2, computed: 2}});
  expect(
    kinds(report, 'stage_placed').filter((event) => 'how' in event && event.how === 'submitted'),
  ).toHaveLength(2);
});

test('a stage gets the cards it asks for', async () => {
  const dir = await temporaryFolder();
  const executor = {...here, gpus: 2, how: {...how, setup: [`echo "$CUDA_VISIBLE_DEVICES" > ${dir}/cards`]}};
  const report = await run(
    pipelineOf(dir, {a: on(executor, {uses: 'test.worker', params: {does: 'write'}})}),
  );
  expect(report.outcome).toBe('done');
  expect(readFileSync(join(dir, 'cards'), 'utf8')).toBe('0,1\n');
});

test('preempted: it saves, and goes on in a new job; no retry is counted', async () => {
  const {report} = await disturbed(cluster, async (job) => {
    const node = cluster.ask('squeue', '--noheader', '--format=%N', `--jobs=${job}`).trim();
    cluster.ask(
      'sbatch',
      '--partition=high',
      '--exclusive',
      `--nodelist=${node}`,
      '--output=/dev/null',
      '--wrap=sleep 1',
    );
    while (cluster.ask('squeue', '--noheader', '--partition=high') !== '') await sleep(200);
  });
  expect(outputText(report, 'a')).toBe(counted);
  expect(codesOfLosses(report)).toEqual(['run/job-lost']);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('cancelled by somebody: the run is interrupted, and the next one goes on', async () => {
  const {report, again} = await disturbed(cluster, (job) => void cluster.ask('scancel', job));
  expect(report).toMatchObject({outcome: 'interrupted', by: {a: {kind: 'interrupted', resumable: true}}});
  expect(kinds(report, 'warning')).toMatchObject([{problem: {code: 'run/job-cancelled'}}]);
  const second = await again();
  expect(outputText(second, 'a')).toBe(counted);
  expect(kinds(second, 'stage_started')).toMatchObject([{start: {kind: 'own_state'}}]);
});

test('Ctrl-C: it saves, the job is gone, the next run goes on', async () => {
  const stop = stopSwitch();
  const {report, again} = await disturbed(cluster, () => stop.request(), {setting: {stop}});
  expect(report.by.a).toMatchObject({kind: 'interrupted', resumable: true, ended: 'itself'});
  expect(outputText(await again(), 'a')).toBe(counted);
});

test('Ctrl-C while it waits in the queue, and the reason why it waits', async () => {
  const dir = await temporaryFolder();
  const stop = stopSwitch();
  const executor = {...here, how: {...how, extra: ['--hold']}};
  const report = await run(pipelineOf(dir, {a: on(executor, {uses: 'test.count', params: {epochs: 3}})}), {
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_waiting' && event.for.kind === 'queue' && event.for.reason !== null)
        stop.request();
    },
  });
  expect(report.outcome).toBe('interrupted');
  expect(kinds(report, 'stage_waiting')).toMatchObject([{for: {executor: 'here', reason: 'JobHeldUser'}}]);
  expect(await cluster.jobsLeft()).toEqual([]);
});

long('the controller is killed and comes back: nothing is lost, and nothing is handed in twice', async () => {
  const {report} = await disturbed(cluster, async (job, flag) => {
    await cluster.booked(job);
    await cluster.killDaemon('slurmctld');
    process.kill(Number(readFileSync(flag, 'utf8')), 'SIGTERM'); // its end is not seen, and the next job not taken
    await sleep(3000);
    cluster.startDaemon('slurmctld');
  });
  expect(outputText(report, 'a')).toBe(counted);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
  expect(
    kinds(report, 'stage_placed').filter((event) => 'how' in event && event.how === 'submitted'),
  ).toHaveLength(2);
});

long("a node's daemon is killed and comes back: the job goes on", async () => {
  const stop = stopSwitch();
  const {report, again} = await disturbed(
    cluster,
    async (job) => {
      const node = cluster.ask('squeue', '--noheader', '--format=%N', `--jobs=${job}`).trim() as 'n1' | 'n2';
      await cluster.killDaemon(`slurmd.${node}`);
      cluster.startDaemon(`slurmd.${node}`);
      stop.request();
    },
    {setting: {stop}},
  );
  expect(codesOfLosses(report)).toEqual([]);
  expect(outputText(await again(), 'a')).toBe(counted);
});

test('what the cluster does not take fails the stage, in its words', async () => {
  const dir = await temporaryFolder();
  const executor = {...here, how: {...how, partition: 'nowhere'}};
  const report = await run(pipelineOf(dir, {a: on(executor, {uses: 'test.count', params: {epochs: 1}})}));
  expect(report.by.a).toMatchObject({
    kind: 'failed',
    problem: {code: 'run/job-refused', message: expect.stringContaining('partition')},
  });
});

test('a worker that crashes is a failure like any other', async () => {
  const dir = await temporaryFolder();
  const stage = (does: string) => on(here, {uses: 'test.worker', params: {does}});
  const pipeline = pipelineOf(dir, {a: stage('exit'), b: stage('throw')});
  const report = await run(pipeline, {options: {after_failure: 'keep_going'}});
  expect(report.by.a).toMatchObject({kind: 'crashed', exit_code: 7});
  expect((report.by.a as {stderr_tail: string}).stderr_tail).toContain('the last words');
  expect(report.by.b).toMatchObject({kind: 'failed', problem: {code: 'worker/bug'}});
});
