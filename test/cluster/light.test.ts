import {afterAll, expect, test} from 'vitest';
import {eventsOf, linesOf, Project, preparation, type Stages} from '../first-light/project.js';
import {testCluster} from './cluster.js';

const cluster = testCluster();

const project = new Project();
const elsewhere = new Project();
afterAll(() => {
  project.remove();
  elsewhere.remove();
});

const here = {type: 'slurm', cpus: 1, memory: '900M', poll: 0.5};

/** A program of the user's that says where it runs, and makes of its input what it would make anywhere. */
const counted = {
  uses: 'command',
  with: {
    argv: [
      'sh',
      '-c',
      'echo "in job $SLURM_JOB_ID"; wc -c < "$1" > "$2"',
      'sh',
      '${inputs.of}',
      '${outputs.o}',
    ],
    inputs: {of: '${stages.songs}'},
    outputs: {o: 'o.txt'},
  },
};

function stages(resources: object | undefined): Stages {
  const all: Stages = {...preparation({clips: 2, clip_duration: 1}), counted};
  if (resources === undefined) return all;
  return Object.fromEntries(Object.entries(all).map(([name, stage]) => [name, {...stage, resources}]));
}

test('every stage can be sent away, light ones too: the lock file is that of a run here', async () => {
  await project.complete(stages(undefined));
  const expected = project.text('pipeline.lock.yaml');
  // All have ended before Slurm is asked for the first time: where they were is known from themselves.
  elsewhere.writeSettings({executors: {here: {...here, poll: 60}}});
  const ended = await elsewhere.complete(stages({executor: 'here'}));
  const placed = eventsOf(ended, 'stage_placed').filter(({how}) => how === 'submitted');
  expect(placed.map(({stage}) => stage as string).toSorted()).toEqual(
    Object.keys(stages(undefined)).toSorted(),
  );
  const job = placed.find(({stage}) => stage === 'counted')!.job;
  expect(linesOf(ended, 'counted')).toContain(`in job ${job}`);
  expect(elsewhere.text('pipeline.lock.yaml')).toBe(expected);
  const {runs} = JSON.parse(elsewhere.command(['runs', '--json']).stdout);
  expect(runs[0].jobs).toContainEqual({
    stage: 'counted',
    executor: 'here',
    job,
    node: expect.stringMatching(/^n[12]$/),
    waits_for: null,
  });
  expect(await cluster.jobsLeft()).toEqual([]);
});

test('what a program says last, and what is wrong with songs, comes back from there', async () => {
  elsewhere.writeSettings({executors: {here}});
  elsewhere.writePipeline({
    songs: {uses: 'dataset', with: {audio_dir: '.config'}, resources: {executor: 'here'}},
    broken: {...counted, with: {argv: ['sh', '-c', 'echo oh no; exit 3']}, resources: {executor: 'here'}},
  });
  const ended = await elsewhere.run(['--keep-going']);
  expect(ended.code).toBe(1);
  const problems = eventsOf(ended, 'stage_finished').map(({result}) =>
    result.kind === 'failed' ? result.problem : undefined,
  );
  expect(problems).toContainEqual(
    expect.objectContaining({code: 'run/command-failed', last_words: ['oh no']}),
  );
  expect(problems.map((problem) => problem?.code.split('/')[0]).toSorted()).toEqual(['dataset', 'run']);
});

test('status says which jobs wait, and for what', async () => {
  elsewhere.writeSettings({executors: {here: {...here, extra: ['--hold']}}});
  elsewhere.writePipeline({
    held: {...counted, with: {argv: ['true'], outputs: {}}, resources: {executor: 'here'}},
  });
  const {child, ended} = elsewhere.start();
  await expect
    .poll(() => elsewhere.command(['status']).stdout, {timeout: 60_000, interval: 500})
    .toMatch(/running now: .*\n {2}held {2}job \d+ of here waits in the queue \(JobHeldUser\)\n/);
  const {running} = JSON.parse(elsewhere.command(['status', '--json']).stdout);
  expect(running[0].jobs).toMatchObject([{stage: 'held', node: null, waits_for: 'JobHeldUser'}]);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(await cluster.jobsLeft()).toEqual([]);
});
