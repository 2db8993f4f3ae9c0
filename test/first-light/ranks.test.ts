import {afterAll, expect, test} from 'vitest';
import {
  type Ended,
  eventsOf,
  linesOf,
  Project,
  preparation,
  problemsOf,
  resultOf,
  type Stage,
  type Stages,
  training,
} from './project.js';

const KILLS = process.env.EVERY_INSTANT === undefined ? 6 : 30;

/** All that keeps state from step to step; an epoch ends in a group that does not go round the ranks evenly. */
const busy = {
  adapter: {type: 'dora', rank: 2, alpha: 4, dropout: 0.1},
  optimizer: {type: 'prodigy'},
  gradient_accumulation_steps: 8,
  dataset_repeats: 11,
  epochs: 3,
  ema_decay: 0.9,
  timestep: {adaptive_ratio: 0.5},
  loss_weighting: 'min_snr',
  validation: {fraction: 0.34},
  checkpoint: {every_epochs: 1, every_steps: 2, keep_last: 2},
};

/** Both stages once more, though nothing has changed. */
const AGAIN = ['--force', 'train', '--force', 'export'];

function stagesWith(ranks: number | undefined, options: object = {}): Stages {
  const train: Stage = training('all', {...busy, ...options});
  return {
    ...preparation({clips: 3, clip_duration: 1}),
    train: ranks === undefined ? train : {...train, resources: {ranks}},
    export: {
      uses: 'export',
      with: {adapter: '${stages.train}', formats: ['peft'], output_dir: 'exported'},
    },
  };
}

const projects: Project[] = [];
afterAll(() => {
  for (const project of projects) project.remove();
});

function newProject(): Project {
  const project = new Project();
  projects.push(project);
  return project;
}

function everything(project: Project): object {
  return {
    exported: project.contents('exported'),
    adapter: project.trained('adapters/all'),
    lock: project.text('pipeline.lock.yaml'),
  };
}

/** Processes that shared a training with its worker. */
function othersIn(lines: readonly string[]): number[] {
  return lines.flatMap((line) =>
    (/ranks share .*processes ([\d, ]+) beside/.exec(line)?.[1] ?? '')
      .split(', ')
      .flatMap((pid) => (pid === '' ? [] : [Number(pid)])),
  );
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('1, 2, 3 and 8 ranks leave the same bytes: adapter, checkpoints, metrics, exports, lock file', async () => {
  const project = newProject();
  const alone = await project.complete(stagesWith(undefined));
  const expected = everything(project);
  expect(othersIn(linesOf(alone, 'train'))).toEqual([]);
  for (const ranks of [1, 2, 3, 8]) {
    const ended = await project.complete(stagesWith(ranks), AGAIN);
    expect(resultOf(ended, 'train')?.kind).toBe('succeeded');
    const others = othersIn(linesOf(ended, 'train'));
    expect(others).toHaveLength(ranks - 1);
    expect(others.filter(isThere)).toEqual([]);
    expect(everything(project)).toEqual(expected);
  }
  const unchanged = await project.complete(stagesWith(64));
  expect(resultOf(unchanged, 'train')?.kind).toBe('cached');
});

test('no more ranks are started than an update has micro-batches, and the plan says so', async () => {
  const project = newProject();
  project.writePipeline(stagesWith(64));
  const plan = project.command(['plan', 'pipeline.yaml']);
  expect(plan.stdout).toContain('on 8 ranks of 64: an update has no more micro-batches');
  const ended = await project.run();
  expect(othersIn(linesOf(ended, 'train'))).toHaveLength(7);
  const together = everything(project);
  await project.complete(stagesWith(undefined), AGAIN);
  expect(everything(project)).toEqual(together);
});

/** Does something to a run, once, when so many steps are done. */
async function disturbed(
  project: Project,
  {
    at_step,
    act,
  }: {readonly at_step: number; readonly act: (ranks: readonly number[], stop: () => void) => void},
  args: readonly string[] = [],
): Promise<Ended> {
  const {child, ended} = project.start(args);
  let seen = '';
  let done = false;
  child.stdout!.on('data', (text: string) => {
    seen += text;
    if (done || !seen.includes(`"global_step":${at_step},`)) return;
    done = true;
    act(othersIn(seen.split('\n')), () => child.kill('SIGINT'));
  });
  return ended;
}

test('the number of ranks may change at a resume', async () => {
  const whole = newProject();
  await whole.complete(stagesWith(undefined, {epochs: 12}));
  const project = newProject();
  const steps: number[] = [];
  for (const [ranks, at_step] of [
    [3, 5],
    [undefined, 12],
    [2, 20],
  ] as const) {
    project.writePipeline(stagesWith(ranks, {epochs: 12}));
    const stopped = await disturbed(project, {at_step, act: (_, stop) => stop()});
    expect(stopped.code, stopped.stderr).toBe(130);
    steps.push(eventsOf(stopped, 'step_finished')[0]!.global_step);
  }
  expect(steps[1]).toBeGreaterThan(5);
  expect(steps[2]).toBeGreaterThan(12);
  await project.complete(stagesWith(8, {epochs: 12}));
  expect(everything(project)).toEqual(everything(whole));
});

test('a rank is killed at drawn instants: all leave, the stage goes on, and that is no failure', async () => {
  const whole = newProject();
  await whole.complete(stagesWith(undefined, {epochs: 12}));
  const expected = everything(whole);
  let lost = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const project = newProject();
    project.writePipeline(stagesWith(3, {epochs: 12}));
    const ranks: number[] = [];
    const ended = await disturbed(project, {
      at_step: 1 + kill,
      act: (others) => {
        ranks.push(...others);
        setTimeout(() => isThere(others[kill % 2]!) && process.kill(others[kill % 2]!, 'SIGKILL'), kill * 7);
      },
    });
    expect(ended.code, problemsOf(ended)).toBe(0);
    expect(everything(project)).toEqual(expected);
    expect(ranks.filter(isThere)).toEqual([]);
    const losses = eventsOf(ended, 'stage_lost');
    for (const {problem} of losses) expect(problem.code).toBe('train/rank-lost');
    expect(eventsOf(ended, 'stage_retrying')).toEqual([]);
    lost += losses.length;
    project.remove();
  }
  expect(lost).toBeGreaterThan(KILLS / 2);
});
