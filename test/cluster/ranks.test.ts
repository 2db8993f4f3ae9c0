import {afterAll, expect, test} from 'vitest';
import {eventsOf, linesOf, Project, preparation, problemsOf, training} from '../first-light/project.js';
import {testCluster} from './cluster.js';

const cluster = testCluster();

const project = new Project();
afterAll(() => project.remove());

const AGAIN = ['--force', 'train', '--force', 'export'];
const here = {type: 'slurm', cpus: 2, memory: '2G', poll: 0.5};

function stagesWith(resources: object | undefined) {
  const train = training('all', {
    adapter: {type: 'lora', rank: 2, alpha: 4, dropout: 0.1},
    gradient_accumulation_steps: 3,
    dataset_repeats: 5,
    epochs: 12,
    checkpoint: {every_epochs: 1, every_steps: 2, keep_last: 2},
  });
  return {
    ...preparation({clips: 3, clip_duration: 1}),
    train: resources === undefined ? train : {...train, resources},
    export: {uses: 'export', with: {adapter: '${stages.train}', formats: ['peft'], output_dir: 'exported'}},
  };
}

function everything(): object {
  return {exported: project.contents('exported'), adapter: project.trained('adapters/all')};
}

test('ranks of a training are one job; one that is killed ends all, and the bytes are those of one rank here', async () => {
  await project.complete(stagesWith(undefined));
  const expected = everything();
  const elsewhere = stagesWith({executor: 'here', ranks: 3});
  project.writeSettings({executors: {here}});
  project.writePipeline(elsewhere);
  const plan = project.command(['plan', '--set', 'train.epochs=13']).stdout;
  expect(plan).toContain('on 3 ranks');
  expect(plan).toMatch(/needs [\d.]+ \wiB of 2\.00 GiB on cpu, [\d.]+ \wiB for each of 3 ranks, for songs/);
  expect(plan).toMatch(/on here: sbatch .*--ntasks=1 --cpus-per-task=2 --mem=2G/);
  const {child, ended} = project.start(AGAIN);
  let seen = '';
  let killed = 0;
  child.stdout!.on('data', (text: string) => {
    seen += text;
    const [, others] = /ranks share .*processes ([\d, ]+) beside/.exec(seen) ?? [];
    if (others === undefined || killed > 0 || !seen.includes('"global_step":4,')) return;
    killed = Number(others.split(', ')[1]);
    process.kill(killed, 'SIGKILL');
  });
  const run = await ended;
  expect(run.code, problemsOf(run)).toBe(0);
  expect(killed).toBeGreaterThan(0);
  expect(linesOf(run, 'train').filter((line) => line.includes('3 ranks share'))).toHaveLength(2);
  expect(eventsOf(run, 'stage_lost').map(({problem}) => problem.code)).toEqual(['train/rank-lost']);
  expect(eventsOf(run, 'stage_retrying')).toEqual([]);
  expect(eventsOf(run, 'stage_placed').filter(({how}) => how === 'submitted')).toHaveLength(2);
  expect(everything()).toEqual(expected);
  expect(await cluster.jobsLeft()).toEqual([]);
});
