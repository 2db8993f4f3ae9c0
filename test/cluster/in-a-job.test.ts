import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as passing} from 'node:timers/promises';
import {afterAll, expect, test} from 'vitest';
import {Project, preparation, root, training} from '../first-light/project.js';
import {testCluster} from './cluster.js';

/** Preempted jobs have time to save. */
const cluster = testCluster({configuration: 'KillWait=30'});

const alone = new Project();
const project = new Project();
afterAll(() => {
  for (const each of [alone, project]) each.remove();
});

const stages = {
  ...preparation({clips: 2, clip_duration: 1}),
  train: training('all', {
    adapter: {type: 'lora', rank: 2, alpha: 4},
    epochs: 150,
    checkpoint: {every_epochs: 5, keep_last: 2},
  }),
};

/** Hands in \`pipelines/cluster.sbatch\` as a person does, with the sidestep of this folder. */
function handIn(): string {
  const script = join(root, 'pipelines/cluster.sbatch');
  const environment = `SIDESTEP=${process.execPath} ${join(root, 'dist/cli/main.js')},HOME=${project.path}`;
  const where = [
    `--chdir=${project.path}`,
    `--output=${project.file('job.log')}`,
    `--export=ALL,${environment}`,
  ];
  return cluster.ask('sbatch', '--parsable', '--mem=2G', ...where, script, 'pipeline.yaml').trim();
}

const log = () => (existsSync(project.file('job.log')) ? readFileSync(project.file('job.log'), 'utf8') : '');
const count = (pattern: RegExp) => [...log().matchAll(pattern)].length;
const stateOf = (job: string) =>
  cluster.ask('squeue', '--noheader', '--states=all', '--format=%T', `--jobs=${job}`).trim();

/** Runs whose training has made steps. */
function trainings(): number {
  const runs = project.file('.sidestep/runs');
  const records = existsSync(runs) ? readdirSync(runs) : [];
  return records.filter((name) => {
    const path = join(runs, name, 'events.jsonl');
    return existsSync(path) && readFileSync(path, 'utf8').includes('"step_finished"');
  }).length;
}

async function training_begun(times: number): Promise<void> {
  await expect
    .poll(() => (trainings() === times ? 'begun' : log()), {timeout: 60_000, interval: 100})
    .toBe('begun');
}

/**
 * Slurm lets a job that was put back wait for two minutes, and begins to count again when it has ended. A node refuses it in the second in which
 * it was put back ("Job credential revoked": credentials count whole seconds).
 */
async function startNow(job: string): Promise<void> {
  await expect.poll(() => stateOf(job), {timeout: 120_000, interval: 200}).toBe('PENDING');
  await passing(2100);
  const started = (): string => {
    if (stateOf(job) === 'PENDING') cluster.ask('scontrol', 'update', `jobid=${job}`, 'starttime=now');
    return stateOf(job);
  };
  await expect.poll(started, {timeout: 120_000, interval: 1000}).toBe('RUNNING');
}

test('the whole pipeline in one job: told that its time is over, and preempted, it goes on to the same bytes', async () => {
  await alone.complete(stages);
  project.writePipeline(stages);
  const job = handIn();
  await training_begun(1);
  cluster.ask('scancel', '--batch', '--signal=USR1', job); // as Slurm does three minutes before the end
  await startNow(job);
  await training_begun(2);
  const node = cluster.ask('squeue', '--noheader', '--format=%N', `--jobs=${job}`).trim();
  const urgent = [
    '--partition=high',
    '--exclusive',
    `--nodelist=${node}`,
    '--output=/dev/null',
    '--wrap=sleep 1',
  ];
  cluster.ask('sbatch', ...urgent);
  await startNow(job);
  await expect.poll(() => stateOf(job), {timeout: 200_000, interval: 500}).toBe('COMPLETED');
  expect(count(/interrupted/g), log()).toBeGreaterThanOrEqual(2);
  expect(project.trained('adapters/all')).toEqual(alone.trained('adapters/all'));
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('a scancel ends it for good, and what it saved is there', async () => {
  project.writePipeline({...stages, train: training('other', {epochs: 400, checkpoint: {every_epochs: 5}})});
  const times = trainings();
  const job = handIn();
  await training_begun(times + 1);
  cluster.ask('scancel', job);
  await expect.poll(() => stateOf(job), {timeout: 60_000, interval: 300}).toBe('CANCELLED');
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(log()).toMatch(/interrupted/);
});
