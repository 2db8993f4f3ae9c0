import {afterAll, expect, test} from 'vitest';
import {Project, preparation, training} from '../first-light/project.js';
import {testCluster} from './cluster.js';

const cluster = testCluster();

const project = new Project();
afterAll(() => project.remove());

interface Check {
  readonly name: string;
  readonly state: string;
  readonly found: string;
  readonly hint: string | null;
}

/** What doctor says of executors. */
function said(...args: readonly string[]): Check[] {
  const {checks} = JSON.parse(project.command(['doctor', '--json', ...args]).stdout) as {checks: Check[]};
  return checks.filter(({name}) => /^executor|^pipeline/.test(name));
}

test('doctor asks Slurm whether it would take what each executor, and each stage, asks for; no job is handed in', async () => {
  const slurm = {type: 'slurm', cpus: 1, gpus: 1};
  project.writeSettings({
    executors: {
      here: slurm,
      nowhere: {...slurm, partition: 'nowhere'},
      large: {...slurm, memory: '900G'},
      box: {type: 'command', command: ['no-such-program', '{worker}']},
    },
  });
  expect(said()).toMatchObject([
    {name: 'executor_here', state: 'ok', found: expect.stringMatching(/^low\* up 2 nodes, gpu:2/)},
    {name: 'executor_nowhere', state: 'warning', found: 'there is no partition nowhere'},
    {
      name: 'executor_large',
      state: 'warning',
      found: expect.stringMatching(
        /^Slurm would not take its jobs: .*[Mm]emory|^Slurm would not take its jobs: .*not available/,
      ),
      hint: expect.stringContaining('--gres=gpu:1 --mem=900G'),
    },
    {name: 'executor_box', state: 'warning', found: 'no-such-program is not there'},
  ]);
  project.writeSettings({executors: {here: slurm}});
  const stages = preparation();
  project.writePipeline({
    ...stages,
    latents: {...stages.latents!, resources: {executor: 'here', shards: 3}},
    conditions: {...stages.conditions!, resources: {executor: 'here', shards: 3}},
    train: {...training('all'), resources: {executor: 'here', gpus: 4}},
  });
  expect(said('pipeline.yaml')).toMatchObject([
    {name: 'executor_here', state: 'ok'},
    {name: 'executor_here_latents_conditions', state: 'ok'},
    {name: 'executor_here_train', state: 'warning', hint: expect.stringContaining('--gres=gpu:4')}, // nodes have two
  ]);
  expect(said('missing.yaml')).toMatchObject([{name: 'executor_here'}, {name: 'pipeline', state: 'warning'}]);
  expect(cluster.ask('squeue', '--noheader', '--states=all')).toBe('');
});
