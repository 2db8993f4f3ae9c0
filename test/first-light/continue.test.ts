import {afterAll, beforeAll, expect, test} from 'vitest';
import {
  type Ended,
  eventsOf,
  linesOf,
  Project,
  preparation,
  problemsOf,
  resultOf,
  type Stage,
  tensorsOf,
  training,
} from './project.js';

/** Nine updates in three epochs; the rates do not depend on the length. */
const constant = {schedule: {type: 'constant', warmup_steps: 0}, checkpoint: {every_epochs: 1}};
const project = new Project();

/** Runs the preparation (from cache but once) and these train stages. */
async function train(stages: Readonly<Record<string, Stage>>, args: readonly string[] = []): Promise<Ended> {
  project.writePipeline({...preparation({clips: 3, clip_duration: 1}), ...stages});
  return project.run(args);
}

function stepsOf(ended: Ended, stage: string): number[] {
  return eventsOf(ended, 'step_finished')
    .filter((event) => event.stage === stage)
    .map(({global_step}) => global_step);
}

const upTo = (last: number, first = 1) => Array.from({length: last - first + 1}, (_, i) => first + i);

/** All that a training leaves. Two stages are the same work under two names, which no file of theirs holds. */
function resultOfRun(name: string): object {
  return project.trained('adapters', name);
}

function tensors(name: string): Promise<Record<string, string>> {
  return tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
}

function problemOf(ended: Ended, stage: string): string {
  const ending = resultOf(ended, stage);
  return ending?.kind === 'failed' ? ending.problem.code : `${ending?.kind}`;
}

beforeAll(async () => {
  expect(await train({})).toMatchObject({code: 0});
});
afterAll(() => project.remove());

test('more epochs under a constant schedule go on where the shorter run ended, to the bytes of one long run', async () => {
  const stage = (epochs: number) => ({more: training('more', {...constant, epochs})});
  const short = await train(stage(2));
  expect(stepsOf(short, 'more'), problemsOf(short)).toEqual(upTo(6));
  const long = await train(stage(4));
  expect(stepsOf(long, 'more'), problemsOf(long)).toEqual(upTo(12, 7));
  expect(linesOf(long, 'more')).toContain('continuing the saved state of step 6');
  const extended = resultOfRun('more');
  expect(Object.keys(extended)).toContain('checkpoints/epoch_4/training_state.safetensors');

  const again = await train(stage(4), ['--force', 'more']);
  expect(stepsOf(again, 'more'), 'forced means from the start').toEqual(upTo(12));
  expect(resultOfRun('more')).toEqual(extended);
});

test('more epochs under a cosine: trained from the beginning, said beforehand, to the bytes of a first run; fork does as it says', async () => {
  const stage = (epochs: number, resume: string) => ({cosine: training('cosine', {epochs, resume})});
  expect(await train(stage(2, 'exact'))).toMatchObject({code: 0});
  project.writePipeline({...preparation({clips: 3, clip_duration: 1}), ...stage(4, 'exact')});
  const words =
    /trains from the beginning: the cosine schedule is another one with 12 steps than with 6; `resume: fork` would go on from the weights of step 6/;
  for (const command of [['plan'], ['why', 'cosine'], ['status']])
    expect(project.command(command).stdout, command.join(' ')).toMatch(words);
  const again = await train(stage(4, 'exact'));
  expect(stepsOf(again, 'cosine'), problemsOf(again)).toEqual(upTo(12));
  const direct = await train({direct: training('direct', {epochs: 4})});
  expect(direct.code, problemsOf(direct)).toBe(0);
  expect(resultOfRun('cosine')).toEqual(resultOfRun('direct'));

  const forked = await train(stage(5, 'fork'));
  expect(stepsOf(forked, 'cosine'), problemsOf(forked)).toEqual(upTo(15));
  expect(linesOf(forked, 'cosine')).toContain('forking the saved state of step 12');
  const fresh = await train(stage(5, 'fresh'));
  expect(stepsOf(fresh, 'cosine'), problemsOf(fresh)).toEqual(upTo(15));
});

test('a long try before it, finished or interrupted, changes nothing about a run', async () => {
  const stage = (epochs: number, more = {}) => ({tried: training('tried', {...constant, epochs, ...more})});
  expect(await train(stage(6))).toMatchObject({code: 0});
  expect(await train(stage(5, {checkpoint: {every_epochs: 2}}))).toMatchObject({code: 0});
  const ended = await train(stage(3));
  expect(ended.code, problemsOf(ended)).toBe(0);
  const clean = new Project();
  try {
    await clean.complete({...preparation({clips: 3, clip_duration: 1}), ...stage(3)});
    expect(project.trained('adapters', 'tried')).toEqual(clean.trained('adapters', 'tried'));
  } finally {
    clean.remove();
  }
});

test('two lengths side by side, as a matrix makes them, do not disturb each other', async () => {
  const stages = {long: training('long', {epochs: 3}), short: training('short', {epochs: 1})};
  const ended = await train(stages, ['--jobs', '1']);
  expect(ended.code, problemsOf(ended)).toBe(0);
  expect(stepsOf(ended, 'long')).toEqual(upTo(9));
  expect(stepsOf(ended, 'short')).toEqual(upTo(3));
});

test('resume_from: a stage or a checkpoint folder, on to the bytes of one long run', async () => {
  const whole = await train({whole: training('whole', {...constant, epochs: 4, ema_decay: 0.5})});
  expect(whole.code, problemsOf(whole)).toBe(0);
  const checkpoint = {every_epochs: 1, every_steps: 5}; // epoch_2 is newer than step_5
  const half = {...constant, ema_decay: 0.5, checkpoint};
  const ended = await train({
    half: training('half', {...half, epochs: 2}),
    rest: training('rest', {...half, epochs: 4, resume_from: '${stages.half}'}),
  });
  expect(stepsOf(ended, 'rest'), problemsOf(ended)).toEqual(upTo(12, 7));

  const folder = 'adapters/half/checkpoints/epoch_1';
  const fromFolder = await train({third: training('third', {...half, epochs: 4, resume_from: folder})});
  expect(stepsOf(fromFolder, 'third'), problemsOf(fromFolder)).toEqual(upTo(12, 4));
  const tail = (name: string) => project.lines('adapters', name, 'metrics.jsonl').slice(-8);
  for (const name of ['rest', 'third']) {
    expect(tail(name)).toEqual(tail('whole'));
    expect(await tensors(name), name).toEqual(await tensors('whole'));
    expect(await tensors(`${name}/raw`), name).toEqual(await tensors('whole/raw'));
  }
});

test('resume_from refuses what does not fit, and a run without a step is a failure', async () => {
  expect(await train({base: training('base', {...constant, epochs: 1})})).toMatchObject({code: 0});
  const resume_from = 'adapters/base';
  const ended = await train(
    {
      other_rank: training('other_rank', {...constant, adapter: {type: 'lora', rank: 8}, resume_from}),
      other_type: training('other_type', {
        ...constant,
        adapter: {type: 'dora', rank: 4, alpha: 8},
        resume_from,
      }),
      nothing_left: training('nothing_left', {...constant, epochs: 1, resume_from}),
      nowhere: training('nowhere', {...constant, resume_from: 'adapters'}),
    },
    ['--keep-going'],
  );
  expect(ended.code).toBe(1);
  expect(problemOf(ended, 'other_rank')).toBe('train/adapter-differs');
  expect(problemOf(ended, 'other_type')).toBe('train/adapter-differs');
  expect(problemOf(ended, 'nothing_left')).toBe('train/zero-steps');
  expect(problemOf(ended, 'nowhere')).toBe('train/checkpoint-missing');
});
