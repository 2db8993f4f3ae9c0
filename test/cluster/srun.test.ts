import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Executor} from '../../src/config/pipeline.js';
import {stopSwitch} from '../../src/run/stop.js';
import {outputText, pipelineOf, run} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';
import {testCluster} from './cluster.js';
import {codesOfLosses, counted, disturbed, here, kinds, on} from './disturbed.js';

const cluster = testCluster();

/** The worker as a step of srun's, that speaks over its pipes. */
const step: Executor = {
  ...here,
  how: {type: 'command', command: ['srun', '--ntasks=1', '--mem=200M', '--unbuffered', '{worker}']},
};

test('a worker that srun starts; a stop saves, no job is left, and the next run goes on', async () => {
  const stop = stopSwitch();
  const {report, again} = await disturbed(cluster, () => stop.request(), {executor: step, setting: {stop}});
  expect(report.by.a).toMatchObject({kind: 'interrupted', resumable: true, ended: 'itself'});
  expect(outputText(await again(), 'a')).toBe(counted);
  expect(await cluster.jobsLeft()).toEqual([]);
});

test.each([
  {
    name: 'Slurm tells it to stop',
    disturb: (job: string) => void cluster.ask('scancel', '--signal=TERM', job),
  },
  {
    name: 'what watches over it is killed',
    disturb: (job: string) => {
      for (const pid of cluster.stepsOf(job)) process.kill(pid, 'SIGKILL');
    },
  },
])('$name: no failure, it goes on from what was saved', async ({disturb}) => {
  const {report} = await disturbed(
    cluster,
    () => disturb(cluster.ask('squeue', '--noheader', '--states=RUNNING', '--format=%i').trim()),
    {executor: {...step, silence_s: 15}},
  );
  expect(outputText(report, 'a')).toBe(counted);
  expect(codesOfLosses(report)).toHaveLength(1);
  expect(kinds(report, 'stage_retrying')).toEqual([]);
});

test('the time it waits in the queue is not taken for a worker that does not start', async () => {
  const dir = await temporaryFolder();
  const blocker = ['--exclusive', '--nodes=2', '--output=/dev/null', '--wrap=sleep 60'];
  const job = cluster.ask('sbatch', '--parsable', '--partition=high', ...blocker).trim();
  const hasNodes = () =>
    cluster.ask('squeue', '--noheader', '--format=%T', `--jobs=${job}`).trim() === 'RUNNING';
  while (!hasNodes()) await sleep(100);
  const running = run(
    pipelineOf(dir, {a: on({...step, start_timeout_s: 5}, {uses: 'test.count', params: {epochs: 1}})}),
  );
  await sleep(8_000); // longer than a worker has to begin
  cluster.ask('scancel', job);
  const report = await running;
  expect(report.outcome, JSON.stringify(report.by)).toBe('done');
  expect(await cluster.jobsLeft()).toEqual([]);
});
