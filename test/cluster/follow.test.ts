import type {ChildProcess} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {Folder, type Running} from '../cli/sidestep.js';
import {Project, eventsOf as placesOf, preparation, problemsOf} from '../first-light/project.js';
import {testCluster} from './cluster.js';

const cluster = testCluster();

const smoke = readFileSync(join(import.meta.dirname, '../../pipelines/smoke.yaml'), 'utf8');
const heavy = /^( {4}uses: (?:fixture|preprocess\.pass[12]|estimate|train|generate|export))$/gm;

/** The smoke pipeline with every heavy stage on the cluster; `epochs` makes its training long enough to be disturbed. */
function pipelines(epochs: number): Record<string, string> {
  const here = smoke.replace('epochs: 10', `epochs: ${epochs}`).replaceAll('../output/', 'output/');
  const there = here
    .replace(/^defaults:.*$/m, '$&\nexecutors: {here: {type: slurm, cpus: 1, memory: 900M, poll: 0.5}}')
    .replaceAll(heavy, '$1\n    resources: {executor: here}');
  return {'here.yaml': here, 'there.yaml': there};
}

function exported(folder: Folder, cache: string): Record<string, string> {
  const root = folder.file(join('output', 'smoke'));
  expect(existsSync(root), cache).toBe(true);
  const files = readdirSync(root, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .filter(({name}) => name.endsWith('.safetensors') || name.endsWith('.wav'))
      .map(({parentPath, name}) => [
        join(parentPath, name),
        readFileSync(join(parentPath, name)).toString('base64'),
      ]),
  );
}

interface Event {
  readonly kind: string;
  readonly stage?: string;
  readonly how?: string;
  readonly job?: string;
  readonly global_step?: number;
}

/** The events of the newest run. */
function eventsOf(folder: Folder): Event[] {
  const runs = folder.file('.sidestep/runs');
  const last = existsSync(runs) ? readdirSync(runs).toSorted().at(-1) : undefined;
  const path = last === undefined ? '' : join(runs, last, 'events.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Event);
}

async function training(folder: Folder, running: Running): Promise<void> {
  const begun = (events: readonly Event[]) =>
    ['stage_placed', 'step_finished'].every((wanted) =>
      events.some(({kind, stage}) => stage === 'train' && kind === wanted),
    );
  while (!begun(eventsOf(folder))) {
    if (running.child.exitCode !== null) throw new Error(running.stdout() + running.stderr());
    await sleep(100);
  }
}

test('the same bytes as on this machine; a runner that is killed leaves a job that the next run follows', async () => {
  const env = {SLURM_CONF: process.env.SLURM_CONF!};
  const folder = new Folder(pipelines(20));
  const local = await folder.run(['run', 'here.yaml', '--plain'], {SIDESTEP_CACHE_DIR: folder.file('local')});
  expect(local.code, local.stderr).toBe(0);
  const expected = exported(folder, 'here');
  const first = folder.start(['run', 'there.yaml', '--plain'], env);
  await training(folder, first);
  first.child.kill('SIGKILL');
  await first.finished;
  const job = eventsOf(folder).findLast(({stage, kind}) => stage === 'train' && kind === 'stage_placed')!.job;
  const second = await folder.run(['run', 'there.yaml', '--plain'], env);
  expect(second.code, second.stdout + second.stderr).toBe(0);
  const events = eventsOf(folder).filter(({stage}) => stage === 'train');
  expect(events.filter(({kind}) => kind === 'stage_placed')).toMatchObject([
    {job, how: 'followed'},
    ...(events.some(({how}) => how === 'running') ? [{job, how: 'running'}] : []),
  ]);
  const steps = events.flatMap(({kind, global_step}) => (kind === 'step_finished' ? [global_step] : []));
  expect(steps[0]).toBe(1); // all that it said meanwhile is in this run's record
  expect(exported(folder, 'there')).toEqual(expected);
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(readdirSync(folder.file('.sidestep/cache/jobs'))).toEqual([]);
});

test('a runner that is killed leaves an array whose tasks the next run follows, one that was cancelled meanwhile apart', async () => {
  const alone = new Project();
  const stages = preparation({clips: 6, clip_duration: 1});
  await alone.complete(stages);
  const expected = alone.text('pipeline.lock.yaml');
  const project = new Project();
  const resources = {executor: 'here', shards: 3};
  const setup = [`while [ ! -e "${project.file('go')}" ]; do sleep 0.1; done`];
  project.writeSettings({executors: {here: {type: 'slurm', cpus: 1, memory: '900M', poll: 0.5, setup}}});
  project.writePipeline({...stages, latents: {...stages.latents!, resources}});
  const first = project.start();
  const submitted = jobsSaid(first.child, 'submitted');
  await expect.poll(() => submitted.length, {timeout: 120_000, interval: 200}).toBe(3);
  const [array = ''] = submitted[0]!.split('_');
  first.child.kill('SIGKILL');
  await first.ended;
  cluster.ask('scancel', `${array}_1`);
  const second = project.start();
  const followed = jobsSaid(second.child, 'followed');
  await expect.poll(() => followed.length, {timeout: 120_000, interval: 200}).toBe(2);
  writeFileSync(project.file('go'), '');
  const run = await second.ended;
  expect(run.code, problemsOf(run)).toBe(0);
  const placed = placesOf(run, 'stage_placed');
  expect(
    placed
      .filter(({how}) => how === 'followed')
      .map(({job}) => job)
      .toSorted(),
  ).toEqual([`${array}_0`, `${array}_2`]);
  expect(placed.filter(({how}) => how === 'submitted')).toHaveLength(1);
  expect(project.text('pipeline.lock.yaml')).toBe(expected);
  expect(await cluster.jobsLeft()).toEqual([]);
  expect(readdirSync(project.file('.sidestep/cache/jobs'))).toEqual([]);
  for (const each of [alone, project]) each.remove();
});

/** The jobs that a runner says so of, as they come. */
function jobsSaid({stdout}: ChildProcess, wanted: string): readonly string[] {
  const jobs: string[] = [];
  let rest = '';
  stdout!.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const {how, job} = JSON.parse(line) as Event;
      if (how === wanted && job !== undefined) jobs.push(job);
    }
  });
  return jobs;
}
