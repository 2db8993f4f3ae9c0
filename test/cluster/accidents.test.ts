import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {outputText, pipelineOf, run} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';
import {testCluster} from './cluster.js';
import {codesOfLosses, counted, disturbed, here, how, kinds, on} from './disturbed.js';

const cluster = testCluster();

const patient = {...here, silence_s: 15};

test('out of memory is a failure, and says what was foreseen', async () => {
  const dir = await temporaryFolder();
  const executor = {...here, memory: '100M'};
  const pipeline = pipelineOf(dir, {
    a: on(executor, {uses: 'test.worker', params: {does: 'eat memory'}, retries: 1}),
  });
  const report = await run(pipeline);
  expect(report.by.a).toMatchObject({
    kind: 'failed',
    attempts: 2,
    problem: {
      code: 'run/job-out-of-memory',
      hint: expect.stringContaining('What it takes could not be foreseen'),
    },
  });
  expect(codesOfLosses(report)).toEqual([]);
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('its time is over: it saved when it was told, and goes on in a new job', async () => {
  const {report} = await disturbed(
    cluster,
    (job) => void cluster.ask('scontrol', 'update', `jobid=${job}`, 'endtime=now+1'),
  );
  expect(outputText(report, 'a')).toBe(counted);
  expect(report.events).toContainEqual(
    expect.objectContaining({
      kind: 'stage_lost',
      problem: expect.objectContaining({message: expect.stringContaining('reached its time limit')}),
    }),
  );
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('requeued where a site insists on that: one job, and nothing runs twice', async () => {
  const executor = {...here, how: {...how, extra: ['--requeue']}};
  const {report} = await disturbed(
    cluster,
    async (job) => {
      cluster.ask('scontrol', 'requeue', job);
      await sleep(1000);
    },
    {executor},
  );
  expect(outputText(report, 'a')).toBe(counted);
  expect(kinds(report, 'stage_lost')).toMatchObject([
    {problem: {message: expect.stringContaining('was put back into the queue, and is cancelled')}},
  ]);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('what watches over the job is killed: the worker goes on, and Slurm hears that it has left', async () => {
  let watched = '';
  const {report} = await disturbed(cluster, (job, flag) => {
    watched = job;
    for (const pid of cluster.stepsOf(job)) process.kill(pid, 'SIGKILL');
    process.kill(Number(readFileSync(flag, 'utf8')), 'SIGTERM');
  });
  const state = cluster.ask('squeue', '--noheader', '--states=all', '--format=%T', `--jobs=${watched}`);
  expect(state.trim()).toBe('CANCELLED');
  expect(outputText(report, 'a')).toBe(counted);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('a worker that falls silent is ended, and its work goes on elsewhere', async () => {
  const {report} = await disturbed(
    cluster,
    (_job, flag) => void process.kill(Number(readFileSync(flag, 'utf8')), 'SIGSTOP'),
    {executor: patient},
  );
  expect(outputText(report, 'a')).toBe(counted);
  expect(codesOfLosses(report)).toEqual(['run/worker-silent']);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('a node is gone with all that ran there', async () => {
  let node = '';
  const {report} = await disturbed(
    cluster,
    async (job, flag) => {
      node = cluster.ask('squeue', '--noheader', '--format=%N', `--jobs=${job}`).trim();
      await cluster.killDaemon(`slurmd.${node as 'n1' | 'n2'}`);
      for (const pid of cluster.stepsOf(job)) process.kill(pid, 'SIGKILL');
      process.kill(Number(readFileSync(flag, 'utf8')), 'SIGKILL');
    },
    {executor: patient},
  );
  cluster.startDaemon(`slurmd.${node as 'n1' | 'n2'}`);
  expect(outputText(report, 'a')).toBe(counted);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});
