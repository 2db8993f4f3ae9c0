import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {presetForMemory} from '../../src/cli/init/machine.js';
import {predictedSteps} from '../../src/cli/init/prediction.js';
import {chooseModel} from '../../src/cli/init/questions.js';
import {nextSteps} from '../../src/cli/init/session.js';
import type {FoundModel} from '../../src/model/model.js';
import {writeCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {tone} from '../dataset/dataset-rig.js';
import {documentOf, Folder, type Running} from './sidestep.js';

const ENTER = '\r';
const DOWN = '\u001b[B';
const UP = '\u001b[A';
const CTRL_C = '\u0003';

async function project(): Promise<Folder> {
  const folder = new Folder({'songs/a.txt': 'caption: a slow blues\n'});
  await writeCheckpoint(folder.file('checkpoints'), {model: 'turbo', hidden_size: 32, layers: 1, seed: 1});
  await writeCheckpoint(folder.file('checkpoints'), {model: 'base', hidden_size: 32, layers: 1, seed: 1});
  writeFileSync(folder.file('songs/a.wav'), tone(200));
  writeFileSync(folder.file('songs/b.wav'), tone(210));
  return folder;
}

/** A person at the keyboard: waits for a question that was not there before, then types. */
function atKeyboard(running: Running) {
  let read = 0;
  return async (question: RegExp, keys: string): Promise<void> => {
    const giveUp = Date.now() + 30_000;
    for (;;) {
      const fresh = running.stdout().slice(read);
      const found = question.exec(fresh);
      if (found !== null) {
        read += found.index + found[0].length;
        await new Promise((resolve) => setTimeout(resolve, 60)); // the question must listen before we type
        running.child.stdin!.write(keys);
        return;
      }
      if (Date.now() > giveUp) expect.fail(`no question like ${question} in:\n${fresh}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
}

const order: readonly (readonly [RegExp, string])[] = [
  [/\[1\/\d+\] Where are the ACE-Step/, ENTER],
  [/\[2\/\d+\] Which model\?/, `turbo${ENTER}`],
  [/\[4\/\d+\] Where are your songs\?/, `songs${ENTER}`],
  [/\[5\/\d+\] A trigger word/, `moody${ENTER}`],
  [/\[6\/\d+\] Which kind of adapter\?/, ENTER],
  [/\[7\/\d+\] Which preset\?/, ENTER],
  [/\[8\/\d+\] Change its details\?/, ENTER],
  [/\[12\/\d+\] A name/, ENTER],
  [/Write pipeline\.yaml\?/, ENTER],
];

function written(folder: Folder) {
  return parse(folder.read('pipeline.yaml')) as {
    name: string;
    vars: Record<string, string>;
    stages: Record<string, {preset?: string; with: Record<string, unknown>}>;
  };
}

describe('at a terminal', () => {
  test('answers become a pipeline that validates', async () => {
    const folder = await project();
    const running = folder.startInTerminal(['init']);
    const type = atKeyboard(running);
    for (const [question, keys] of order) await type(question, keys);
    expect((await running.finished).code).toBe(0);
    expect(running.stdout()).toContain('2 songs, 2.0 s of music');
    expect(running.stdout()).toContain('2 songs, 10 epochs: 10 training steps'); // 2 micro-batches, 4 to an update
    expect(written(folder)).toMatchObject({
      name: 'songs-lora',
      vars: {checkpoints: './checkpoints', songs: './songs'},
      stages: {model: {with: {model: 'acestep-v15-turbo'}}, songs: {with: {custom_tag: 'moody'}}},
    });
    expect(await folder.run(['validate'])).toMatchObject({code: 0, stderr: ''});
    expect(folder.read('.config/settings.yaml')).toContain(folder.file('checkpoints'));
  });

  test('b goes back at every question, in texts and in lists', async () => {
    const folder = await project();
    const running = folder.startInTerminal(['init']);
    const type = atKeyboard(running);
    const questions = order.slice(0, -1);
    for (let index = 1; index < questions.length; index++) {
      await type(questions[index - 1]![0], questions[index - 1]![1]);
      const isList = index >= 4 && index <= 6;
      await type(questions[index]![0], isList ? 'b' : `b${ENTER}`);
      await type(questions[index - 1]![0], questions[index - 1]![1]);
    }
    await type(questions.at(-1)![0], `night${ENTER}`);
    await type(order.at(-1)![0], ENTER);
    expect((await running.finished).code).toBe(0);
    expect(written(folder)).toMatchObject({name: 'night'});
  });

  test('bad answers are told and asked again; a list is walked; details are asked on demand', async () => {
    const folder = await project();
    const running = folder.startInTerminal(['init', '--checkpoints', 'checkpoints']);
    const type = atKeyboard(running);
    await type(/Which model\?/, `acestep${ENTER}`);
    await type(/acestep could be/, '');
    await type(/Which model\?/, `zzz${ENTER}`);
    await type(/No model is called anything like zzz/, '');
    await type(/Which model\?/, `v15base${ENTER}`);
    await type(/Where are your songs\?/, `nowhere${ENTER}`);
    await type(/does not exist/, '');
    await type(/Where are your songs\?/, `songs${ENTER}`);
    await type(/A trigger word/, ENTER);
    await type(/Which kind of adapter\?/, `${DOWN}${DOWN}${ENTER}`);
    await type(/Which preset\?/, ENTER);
    await type(/Change its details\?/, `${DOWN}${ENTER}`);
    await type(/Rank\?/, `many${ENTER}`);
    await type(/Expected a number for rank/, '');
    await type(/Rank\?/, `4${ENTER}`);
    await type(/Learning rate\?/, `1e-3${ENTER}`);
    await type(/How many epochs\?/, `3${ENTER}`);
    await type(/A name/, ENTER);
    await type(/Write pipeline\.yaml\?/, ENTER);
    expect((await running.finished).code).toBe(0);
    const {stages} = written(folder);
    expect(stages.model!.with).toMatchObject({model: 'acestep-v15-base'});
    expect(stages.train!.with).toMatchObject({
      adapter: {type: 'lokr', rank: 4},
      optimizer: {learning_rate: 1e-3},
      epochs: 3,
    });
    expect(stages.export!.with).toMatchObject({formats: ['lycoris']});
  });

  test('Ctrl-C at any question leaves nothing behind', async () => {
    const folder = await project();
    for (let stop = 0; stop < order.length; stop++) {
      const running = folder.startInTerminal(['init']);
      const type = atKeyboard(running);
      for (const [question, keys] of order.slice(0, stop)) await type(question, keys);
      await type(order[stop]![0], CTRL_C);
      expect((await running.finished).code).toBe(130);
    }
    expect(
      readdirSync(folder.path)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['checkpoints', 'songs']);
    expect(existsSync(folder.file('.config/settings.yaml'))).toBe(false);
  }, 120_000);

  test('after a run it offers the next step until the person quits', async () => {
    const folder = await project();
    const args = [
      '--songs',
      'songs',
      '--tag',
      '',
      '--adapter',
      'lora',
      '--preset',
      'quick_test',
      '--detail',
      'basic',
    ];
    const again = folder.startInTerminal([
      'init',
      '--force',
      '--model',
      'turbo',
      '--name',
      'x',
      '--rank',
      '2',
      ...args,
    ]);
    const type = atKeyboard(again);
    await type(/Where are the ACE-Step/, ENTER);
    await type(/Write pipeline\.yaml\?/, `${DOWN}${ENTER}`);
    await type(/What next\?/, `${UP}${ENTER}`);
    await again.finished;
    expect(again.stdout()).toContain('sidestep run pipeline.yaml');
  });

  test('a bare sidestep starts it where there is no pipeline yet', async () => {
    const folder = await project();
    const running = folder.startInTerminal([]);
    await atKeyboard(running)(order[0]![0], CTRL_C);
    expect((await running.finished).code).toBe(130);
    folder.write('pipeline.yaml', 'sidestep: 1\nname: x\nstages: {}\n');
    expect((await folder.startInTerminal([]).finished).stdout).toContain('Usage: sidestep');
  });
});

test('what is offered next follows from how the run ended', () => {
  expect(nextSteps(0).map(({value}) => value)).toEqual(['report', 'change', 'another', 'quit']);
  expect(nextSteps(1).map(({value}) => value)).toEqual(['continue', 'doctor', 'change', 'quit']);
});

describe('without anybody to ask', () => {
  test('flags and defaults are enough', async () => {
    const folder = await project();
    const {code, stdout, stderr} = await folder.run([
      'init',
      '--songs',
      'songs',
      '--adapter',
      'oft',
      '--json',
    ]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(documentOf(stdout, 'init')).toMatchObject({next: 'sidestep run pipeline.yaml'});
    expect(await folder.run(['validate'])).toMatchObject({code: 0, stderr: ''});
    expect(await folder.run(['init', '--songs', 'songs'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[init/exists]'),
    });
  });

  test('what nobody can guess is named with its flag, and nothing is written', async () => {
    const folder = await project();
    const {code, stderr} = await folder.run(['init', '--yes', '--adapter', 'lroa']);
    expect(code).toBe(2);
    expect(stderr).toContain('Say it with --songs');
    expect(stderr).toContain('Did you mean lora?');
    expect(existsSync(folder.file('pipeline.yaml'))).toBe(false);
  });
});

test('steps are predicted as the trainer counts them', () => {
  const params = {epochs: 3, batch_size: 2, gradient_accumulation_steps: 2};
  const pipeline = {stages: [{uses: 'train', params}]} as unknown as Parameters<typeof predictedSteps>[0];
  expect(predictedSteps(pipeline, 9)).toBe('9 songs, 3 epochs: 9 training steps'); // 5 micro-batches: 3 updates
  expect(predictedSteps({stages: []}, 9)).toBeUndefined();
});

test('the default preset follows the memory of the card', () => {
  const gib = 2 ** 30;
  const names = [0, 8, 12, 16, 24, 80].map((size) => presetForMemory(size * gib).name);
  expect(names).toEqual([
    'quick_test',
    'vram_8gb',
    'vram_12gb',
    'vram_16gb',
    'vram_24gb_plus',
    'vram_24gb_plus',
  ]);
});

test('a model is chosen by number or by any part of its name', () => {
  const models = ['acestep-v15-base', 'acestep-v15-turbo', 'night-mix'].map((name) => ({name}) as FoundModel);
  expect(chooseModel('2', models)).toMatchObject({value: 'acestep-v15-turbo'});
  expect(chooseModel('nmix', models)).toMatchObject({value: 'night-mix'});
  expect(chooseModel('acestep', models)).toMatchObject({problems: [{code: 'init/ambiguous-model'}]});
});
