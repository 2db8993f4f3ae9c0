import {cpSync, existsSync, readdirSync, renameSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import type {FoundModel} from '../../src/model/model.js';
import {trainingSeconds} from '../../src/run/forecast/training-time.js';
import {trainingWork} from '../../src/run/forecast/training-work.js';
import {presetForMemory} from '../../src/wizard/machine.js';
import {memoryText, timeText} from '../../src/wizard/prediction.js';
import {chooseModel} from '../../src/wizard/questions.js';
import {nextSteps} from '../../src/wizard/session.js';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {tone} from '../dataset/dataset-rig.js';
import {documentOf, Folder, type Running} from './sidestep.js';

const ENTER = '\r';
const TAB = '\t';
const DOWN = '\u001b[B';
const UP = '\u001b[A';
const CTRL_C = '\u0003';

/** Two official models and two songs. */
async function project(): Promise<Folder> {
  const folder = new Folder({'songs/a.txt': 'caption: a slow blues\n'});
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 1,
    seed: 1,
  });
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'base',
    hidden_size: 32,
    layers: 1,
    seed: 1,
  });
  writeFileSync(folder.file('songs/a.wav'), tone(200));
  writeFileSync(folder.file('songs/b.wav'), tone(210));
  return folder;
}

/** Also a fine-tune that does not say what it descends from. */
async function projectWithFineTune(): Promise<Folder> {
  const folder = await project();
  cpSync(folder.file('checkpoints/acestep-v15-turbo'), folder.file('checkpoints/night-mix'), {
    recursive: true,
  });
  const config = JSON.parse(folder.read('checkpoints/night-mix/config.json'));
  folder.write(
    'checkpoints/night-mix/config.json',
    JSON.stringify({...config, model_version: undefined, is_turbo: undefined}),
  );
  return folder;
}

/** A person at the keyboard: waits for a question that was not there before, then types. */
function atKeyboard(running: Running) {
  let read = 0;
  return async (question: RegExp, keys: string): Promise<void> => {
    const giveUp = Date.now() + 120_000; // a small training may be between two questions, on a busy machine
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

interface Step {
  readonly question: RegExp;
  readonly keys: string;
  readonly kind: 'text' | 'list';
}

function text(question: RegExp, answer = ''): Step {
  return {question, keys: `${answer}${ENTER}`, kind: 'text'};
}

function list(question: RegExp, moves = ''): Step {
  return {question, keys: `${moves}${ENTER}`, kind: 'list'};
}

/** Few questions: an official model, and what the preset says. */
const order: readonly Step[] = [
  text(/\[1\/9\] Where are the ACE-Step/),
  text(/\[2\/9\] Which model\?/, 'turbo'),
  list(/\[3\/9\] Songs, or preprocessed tensors\?/),
  text(/\[4\/9\] Where are your songs\?/, 'songs'),
  text(/\[5\/9\] A trigger word/, 'moody'),
  list(/\[6\/9\] Which kind of adapter\?/),
  list(/\[7\/9\] Which preset\?/),
  list(/\[8\/9\] Change its details\?/),
  text(/\[9\/9\] A name/),
  list(/Write pipeline\.yaml\?/),
];

/** Every kind of question there is: a fine-tune's base, groups that are kept, and one that is changed throughout. */
const all: readonly Step[] = [
  order[0]!,
  text(/\[2\/\d\] Which model\?/, 'night'), // asks one more when it is known
  list(/\[3\/10\] Which official model does this fine-tune descend from\?/),
  list(/\[4\/10\] Songs, or preprocessed tensors\?/),
  text(/\[5\/10\] Where are your songs\?/, 'songs'),
  text(/\[6\/10\] A trigger word/, 'moody'),
  list(/\[7\/10\] Which kind of adapter\?/),
  list(/\[8\/10\] Which preset\?/),
  list(/\[9\/\d+\] Change its details\?/, DOWN),
  list(/\[10\/20\] Measure the songs first\?/),
  list(/\[11\/20\] Adapter shape: rank 16, alpha 32/, DOWN),
  text(/\[11\/20, 1\/4\] rank \(1 to 65536; preset quick_test: 16\)/, '4'),
  text(/\[11\/20, 2\/4\] alpha/),
  list(/\[11\/20, 3\/4\] rs_lora/),
  text(/\[11\/20, 4\/4\] dropout/),
  list(/\[12\/20\] Modules/),
  list(/\[13\/20\] Optimizer/),
  list(/\[14\/20\] Schedule/),
  list(/\[15\/20\] Method: mode fixed/),
  list(/\[16\/20\] Length/, DOWN),
  text(/\[16\/20, 1\/4\] epochs/, '3'),
  text(/\[16\/20, 2\/4\] batch_size/),
  text(/\[16\/20, 3\/4\] gradient_accumulation_steps/),
  text(/\[16\/20, 4\/4\] seed/),
  list(/\[17\/20\] Checkpoints/),
  list(/\[18\/20\] Memory saving/),
  list(/\[19\/20\] Song options/),
  text(/\[20\/20\] A name/),
  list(/Write pipeline\.yaml\?/),
];

/** By its first words, behind the step: values and answers shown elsewhere have the same names. */
function asked(words: string): RegExp {
  return new RegExp(`\\] ${words.replace('.', '\\.')}\\b`);
}

const lokrShape = ['full_matrix', 'rank', 'alpha', 'factor', 'decompose_both', 'use_tucker'].concat(
  'use_scalar',
  'weight_decompose',
);
const lastGroups = ['Schedule', 'Method', 'Length', 'Checkpoints', 'Memory saving', 'Song options'];

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
    for (const {question, keys} of order) await type(question, keys);
    expect((await running.finished).code).toBe(0);
    expect(running.stdout()).toContain('the usual one; every program can load it'); // what each kind is good for
    expect(running.stdout()).toContain('2 songs (wav), 2.0 s of music');
    expect(running.stdout()).toContain('with a caption: 1 of 2; with lyrics: none');
    expect(running.stdout()).toContain('rank 16, adamw, rate 1.00e-4'); // what the proposed preset decides
    expect(running.stdout()).toContain('10 epochs, 10 training steps'); // 2 micro-batches, 4 to an update
    expect(running.stdout()).toMatch(/learning rate {2}[▁-█]+ {2}\S+ → /); // as `plan` draws it
    expect(running.stdout()).toMatch(/memory +[\d.]+ \w+ of the [\d.]+ GiB of cpu, with the longest song/);
    expect(running.stdout()).toMatch(/time +about .* of training at the [\d.]+ \wFLOP\/s measured just now/);
    expect(written(folder)).toMatchObject({
      name: 'songs-lora',
      vars: {checkpoints: './checkpoints', songs: './songs'},
      stages: {model: {with: {model: 'acestep-v15-turbo'}}, songs: {with: {custom_tag: 'moody'}}},
    });
    expect(await folder.run(['validate'])).toMatchObject({code: 0, stderr: ''});
    expect(folder.read('.config/settings.yaml')).toContain(folder.file('checkpoints'));
  });

  test('Tab completes paths: folders, and for songs dataset JSONs too; below is what fits', async () => {
    const folder = await project();
    folder.write('songbook.json', '{"samples": [{"audio_path": "songs/a.wav", "caption": "slow"}]}');
    folder.write('some.txt', '');
    const flags = ['--model', 'turbo', '--tag', '', '--adapter', 'lora', '--preset', 'quick_test'];
    const running = folder.startInTerminal(['init', ...flags, '--detail', 'basic', '--name', 'x']);
    const type = atKeyboard(running);
    await type(/Where are the ACE-Step.*/, 's');
    await type(/songs\//, '\u007f'); // no file among them; taken back
    await type(/Tab completes/, `${TAB}${TAB}`); // what is proposed, to be changed; it is whole
    await type(/\.\/checkpoints\//, ENTER);
    await type(/Songs, or preprocessed tensors\?/, ENTER);
    await type(/Where are your songs\?/, `so${TAB}`);
    await type(/songbook\.json {2}songs\//, `b${TAB}`); // song, which both begin with
    await type(/songbook\.json█/, ENTER);
    await type(/Write pipeline\.yaml\?/, ENTER);
    const {code, stdout} = await running.finished;
    expect(code, stdout).toBe(0);
    expect(stdout).not.toContain('some.txt');
    expect(written(folder).vars).toMatchObject({checkpoints: './checkpoints', songs: './songbook.json'});
  });

  test('from tensors, measured first, in vanilla mode, and its values kept as a preset', async () => {
    const folder = await project();
    for (const name of ['a', 'b', 'c']) folder.write(`tensors/${name}.safetensors`, '');
    folder.write('tensors/preprocess_meta.json', '{"model_variant": "turbo"}');
    const flags = ['--checkpoints', 'checkpoints', '--model', 'turbo', '--adapter', 'lora'];
    const running = folder.startInTerminal(['init', ...flags, '--preset', 'quick_test']);
    const type = atKeyboard(running);
    await type(/Songs, or preprocessed tensors\?/, `${DOWN}${ENTER}`);
    await type(/Where are the tensors\?/, `songs${ENTER}`);
    await type(/songs holds no preprocessed samples/, '');
    await type(/Where are the tensors\?/, `te${TAB}${ENTER}`);
    await type(/3 samples, encoded for turbo/, '');
    await type(/Change its details\?/, `${DOWN}${ENTER}`); // no trigger word: theirs is in them
    await type(/Measure the songs first\?/, `${DOWN}${ENTER}`);
    for (const name of ['Measuring: batches unset', 'Adapter shape', 'Modules', 'Optimizer', 'Schedule'])
      await type(asked(name), ENTER);
    await type(asked('Method'), `${DOWN}${ENTER}`);
    await type(asked('mode'), `${DOWN}${ENTER}`);
    await type(asked('loss_weighting'), ENTER); // vanilla drops no conditions
    for (const name of ['Length', 'Checkpoints', 'Memory saving', 'Song options'])
      await type(asked(name), ENTER);
    await type(asked('A name'), ENTER);
    await type(/measured first +modules/, '');
    await type(/Write pipeline\.yaml\?/, `${DOWN.repeat(4)}${ENTER}`);
    await type(/A name for the preset\?/, `recommended!${ENTER}`);
    await type(/cannot name a preset/, '');
    await type(/A name for the preset\?/, ENTER);
    expect((await running.finished).code).toBe(0);
    const {vars, stages} = written(folder);
    expect(vars).toMatchObject({tensors: './tensors'});
    expect(Object.keys(stages)).toEqual(['model', 'sensitivity', 'train', 'export']);
    expect(stages.train!.with).toMatchObject({tensors: '${vars.tensors}', mode: 'vanilla'});
    const preset = parse(folder.read('.config/presets/tensors-lora.yaml')).with;
    expect(preset).toMatchObject({mode: 'vanilla', adapter: {rank: 16}});
    expect(preset.adapter, 'an estimate belongs to one pipeline').not.toHaveProperty('selection');
  });

  test('a terminal that prints lines and no more is written no escape sequence; my_audio is proposed', async () => {
    const folder = await project();
    renameSync(folder.file('songs'), folder.file('my_audio'));
    const flags = ['--checkpoints', 'checkpoints', '--model', 'turbo', '--tag', '', '--adapter', 'lokr'];
    const running = folder.startInTerminal(['init', ...flags, '--detail', 'basic', '--name', 'x'], {
      TERM: 'dumb',
    });
    await running.shows(/Songs, or preprocessed tensors\?(.|\n|\r)*\[songs\] \(b goes back\): $/);
    running.child.stdin!.write('\n');
    await running.shows(/Where are your songs\?.*\[\.\/my_audio\] \(b goes back\): $/);
    running.child.stdin!.write('\n');
    await running.shows(
      /Which preset\?(.|\n|\r)*lokr, adamw, rate(.|\n|\r)*Number or name \[\w+\] \(b goes back\): $/,
    );
    running.child.stdin!.write('quick_test\n');
    await running.shows(/Write pipeline\.yaml\?(.|\n|\r)*: $/);
    running.child.stdin!.write('1\n');
    const {code, stdout} = await running.finished;
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^sidestep \d+\.\d+\.\d+/);
    expect(stdout).not.toContain('\u001b');
    expect(written(folder).vars.songs).toBe('./my_audio');
  });

  test('b goes back at every question, in texts and in lists, the last one too', async () => {
    const folder = await projectWithFineTune();
    const running = folder.startInTerminal(['init']);
    const type = atKeyboard(running);
    for (let index = 1; index < all.length; index++) {
      const [before, here] = [all[index - 1]!, all[index]!];
      await type(before.question, before.keys);
      await type(here.question, here.kind === 'list' ? 'b' : `b${ENTER}`);
      await type(before.question, before.kind === 'list' ? ENTER : before.keys); // a list is on the last choice
    }
    await type(all.at(-1)!.question, 'b');
    await type(all.at(-2)!.question, `night${ENTER}`);
    await type(all.at(-1)!.question, ENTER);
    expect((await running.finished).code).toBe(0);
    const {name, stages} = written(folder);
    expect(name).toBe('night');
    expect(stages.model!.with).toMatchObject({model: 'night-mix', base_model: 'turbo'});
    expect(stages.train!.with).toMatchObject({adapter: {type: 'lora', rank: 4}, epochs: 3});
  });

  test('the next session proposes what was answered; a dash takes it back', async () => {
    const folder = await projectWithFineTune();
    const flags = ['--checkpoints', 'checkpoints', '--model', 'night', '--base', 'sft', '--songs', 'songs'];
    const more = ['--tag', 'moody', '--adapter', 'lokr', '--preset', 'vram_8gb', '--detail', 'advanced'];
    const numbers = ['--rank', '8', '--learning-rate', '2e-4', '--set', 'train.adapter.factor=4'];
    expect(await folder.run(['init', ...flags, ...more, ...numbers])).toMatchObject({code: 0});
    const running = folder.startInTerminal(['init', '--force']);
    const type = atKeyboard(running);
    const details = all.findIndex(({question}) => question.source.includes('Adapter shape'));
    for (const {question, kind} of all.slice(0, details))
      await type(question, kind === 'text' && question.source.includes('trigger') ? `-${ENTER}` : ENTER);
    // What was changed is proposed to be changed again.
    for (const name of ['Adapter shape', ...lokrShape, 'Modules', 'Optimizer', 'optimizer.type'])
      await type(asked(name), ENTER);
    for (const name of ['optimizer.learning_rate', 'optimizer.weight_decay', ...lastGroups])
      await type(asked(name), ENTER);
    await type(/A name/, ENTER);
    await type(all.at(-1)!.question, ENTER);
    expect((await running.finished).code).toBe(0);
    const {stages} = written(folder);
    expect(stages.model!.with).toMatchObject({model: 'night-mix', base_model: 'sft'});
    expect(stages.songs!.with).not.toHaveProperty('custom_tag');
    expect(stages.train).toMatchObject({
      preset: 'vram_8gb',
      with: {adapter: {type: 'lokr', rank: 8, factor: 4}, optimizer: {learning_rate: 2e-4}},
    });
    // A person who cannot see a proposal does not get it.
    expect(await folder.run(['init', '--force', '--yes'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say it with --songs'),
    });
  });

  test('bad answers are reported and asked again; a list is walked; details are asked on demand', async () => {
    const folder = await project();
    folder.write('songs/c.wav', '');
    const running = folder.startInTerminal(['init', '--checkpoints', 'checkpoints']);
    const type = atKeyboard(running);
    await type(/Which model\?/, `7${ENTER}`);
    await type(/No model has the number 7/, '');
    await type(/Which model\?/, `acestep${ENTER}`);
    await type(/acestep could be/, '');
    await type(/Which model\?/, `zzz${ENTER}`);
    await type(/No model is called anything like zzz/, '');
    await type(/Which model\?/, `v15base${ENTER}`);
    await type(/Songs, or preprocessed tensors\?/, ENTER);
    await type(/Where are your songs\?/, `nowhere${ENTER}`);
    await type(/does not exist/, '');
    await type(/Where are your songs\?/, `songs${ENTER}`);
    await type(/problem: songs\/c\.wav is empty/, '');
    await type(/Some songs cannot be used\. Go on without them\?/, ENTER);
    await type(/A trigger word/, ENTER);
    await type(/Which kind of adapter\?/, `${DOWN}${DOWN}${ENTER}`);
    await type(/Which preset\?/, ENTER);
    await type(/Change its details\?/, `${DOWN}${ENTER}`);
    await type(/Measure the songs first\?/, ENTER);
    await type(asked('Adapter shape'), `${DOWN}${ENTER}`);
    await type(asked('full_matrix'), ENTER);
    await type(asked('rank'), `many${ENTER}`);
    await type(/Expected a whole number for .*rank/, '');
    await type(asked('rank'), `0${ENTER}`);
    await type(/Expected at least 1 for .*rank/, '');
    await type(asked('rank'), `4${ENTER}`);
    for (const name of [...lokrShape.slice(2), 'Modules']) await type(asked(name), ENTER);
    await type(asked('Optimizer'), `${DOWN}${ENTER}`);
    await type(asked('optimizer.type'), `${DOWN.repeat(3)}${ENTER}`);
    await type(/\] optimizer\.learning_rate \(.*default: 1\)/, ENTER); // Prodigy's own, not the preset's for AdamW
    for (const name of ['optimizer.d_coef', 'optimizer.weight_decay', ...lastGroups])
      await type(asked(name), ENTER);
    await type(asked('A name'), ENTER);
    await type(/Write pipeline\.yaml\?/, ENTER);
    expect((await running.finished).code).toBe(0);
    const {stages} = written(folder);
    expect(stages.model!.with).toMatchObject({model: 'acestep-v15-base'});
    expect(stages.songs!.with).toMatchObject({on_error: 'skip'});
    expect(stages.train!.with).toMatchObject({
      adapter: {type: 'lokr', rank: 4},
      optimizer: {type: 'prodigy'},
    });
    expect(stages.export!.with).toMatchObject({formats: ['lycoris', 'comfyui']});
  });

  test('Ctrl-C leaves nothing behind, whatever is being asked', async () => {
    const folder = await projectWithFineTune();
    const stopAt = async (stop: number): Promise<void> => {
      const running = folder.startInTerminal(['init']);
      const type = atKeyboard(running);
      for (const {question, keys} of all.slice(0, stop)) await type(question, keys);
      await type(all[stop]!.question, CTRL_C);
      expect((await running.finished).code).toBe(130);
    };
    // One of each kind; that every question can be left is shown without a terminal (init-details.test.ts).
    const details = all.findIndex(({question}) => question.source.includes('rs_lora'));
    const stops = [...all.keys()].filter((stop) => stop <= details || stop >= all.length - 2);
    while (stops.length > 0) await Promise.all(stops.splice(0, 4).map(stopAt));
    expect(
      readdirSync(folder.path)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['checkpoints', 'songs']);
    expect(existsSync(folder.file('.config'))).toBe(false);
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
    await type(/What next\?/, ENTER); // the report
    await type(/wrote .*report\.html/, '');
    await type(/What next\?/, `${DOWN}${ENTER}`); // another value, and back from the question for it
    await type(/Which value\?/, `b${ENTER}`);
    await type(/What next\?/, `${DOWN}${ENTER}`);
    await type(/Which value\?/, `train.rank=3${ENTER}`); // no such key: it says so, and the session goes on
    await type(/config\/unknown-key/, '');
    await type(/What next\?/, `${UP.repeat(4)}${ENTER}`); // a preset
    await type(/A name for the preset\?/, `night${ENTER}`);
    await type(/presets\/night\.yaml/, '');
    await type(/What next\?/, `${UP.repeat(3)}${ENTER}`); // a setting
    await type(/Which setting\?/, `jobs=1${ENTER}`);
    await type(/What next\?/, `${UP}${ENTER}`);
    expect((await again.finished).code).toBe(0);
    expect(folder.read('.config/settings.yaml')).toContain('jobs: 1');
    expect(again.stdout()).toContain('sidestep run pipeline.yaml');
  });

  test('a bare sidestep starts it where there is no pipeline yet', async () => {
    const folder = await project();
    const running = folder.startInTerminal([]);
    await atKeyboard(running)(order[0]!.question, CTRL_C);
    expect((await running.finished).code).toBe(130);
    folder.write('pipeline.yaml', 'sidestep: 1\nname: x\nstages: {}\n');
    expect((await folder.startInTerminal([]).finished).stdout).toContain('Usage: sidestep');
  });
});

test('what is offered next follows from how the run ended', () => {
  expect(nextSteps(0, 2).map(({value}) => value)).toEqual([
    'report',
    'change',
    'longer',
    'export',
    'compare',
    'preset',
    'settings',
    'another',
    'quit',
  ]);
  expect(nextSteps(0, 1).map(({value}) => value)).not.toContain('compare'); // there is nothing to compare with
  expect(nextSteps(1, 2).map(({value}) => value)).toEqual([
    'continue',
    'doctor',
    'change',
    'settings',
    'quit',
  ]);
});

describe('without anybody to ask', () => {
  test('a settings folder that cannot be written is told; the pipeline is written all the same', async () => {
    const folder = await project();
    folder.write('.config', 'a file where a folder should be');
    const {code, stderr} = await folder.run(['init', '--songs', 'songs']);
    expect(code).toBe(0);
    expect(stderr).toContain('could not be kept for next time');
    expect(existsSync(folder.file('pipeline.yaml'))).toBe(true);
  });

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
    expect(documentOf(stdout, 'init')).toMatchObject({
      next: 'sidestep run pipeline.yaml',
      prediction: {
        epochs: 10,
        steps: 10,
        device: 'cpu',
        memory_bytes: expect.any(Number),
        training_seconds: expect.any(Number),
      },
    });
    expect(await folder.run(['validate'])).toMatchObject({code: 0, stderr: ''});
    expect(await folder.run(['init', '--songs', 'songs'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[init/exists]'),
    });
    expect(await folder.run(['init', '--songs', 'songs', '--force'])).toMatchObject({code: 0, stderr: ''});
    const more = 'profiles: {home: {defaults: {threads: 2}}}\n';
    folder.write(
      'pipeline.yaml',
      `${more}stages: {vocals: {uses: command}, train: {uses: train}, piece: {with: {}}}\n`,
    );
    const {code: replaced, stderr: said} = await folder.run(['init', '--songs', 'songs', '--force']);
    expect(replaced).toBe(0);
    expect(said).toContain('what the wizard does not write: `profiles`, the stage vocals  [init/replaces]');
  });

  test('what no one can guess is named with its flag, and nothing is written', async () => {
    const folder = await project();
    const {code, stderr} = await folder.run(['init', '--yes', '--adapter', 'lroa']);
    expect(code).toBe(2);
    expect(stderr).toContain('Say it with --songs');
    expect(stderr).toContain('Did you mean lora?');
    expect(existsSync(folder.file('pipeline.yaml'))).toBe(false);
  });
});

test('work is predicted as the trainer counts it', () => {
  const params = {epochs: 3, batch_size: 2, gradient_accumulation_steps: 2};
  const work = (more: object, songs: number) =>
    trainingWork({...params, ...more} as Parameters<typeof trainingWork>[0], songs);
  expect(work({}, 9)).toEqual({epochs: 3, micro_steps: 15, steps: 9}); // 5 micro-batches: 3 updates
  expect(work({max_steps: 3}, 9)).toMatchObject({micro_steps: 5, steps: 3});
  expect(work({max_steps: 5}, 9)).toMatchObject({micro_steps: 9, steps: 5}); // 5 and, of the second epoch, 2 full updates
  expect(work({epochs: 100, max_steps: 7, gradient_accumulation_steps: 1}, 2)).toMatchObject({
    steps: 7,
    micro_steps: 7,
  });
  expect(work({max_steps: 50}, 9)).toMatchObject({micro_steps: 15, steps: 9});
  expect(work({validation: {fraction: 0.2}}, 9)).toMatchObject({micro_steps: 12}); // 2 held out
});

describe('what a training will take is said with its unit and its doubt', () => {
  const memory = {
    kind: 'known',
    device: 'cuda:0',
    total_bytes: 9 * 2 ** 30,
    limit_bytes: 8 * 2 ** 30,
    fits: 'no',
    suggestions: [{change: 'batch_size: 1', total_bytes: 7 * 2 ** 30}],
  };
  const pace = {flops_per_micro_step: 4e12, flops_per_second: 1e11};
  const outlook = {kind: 'known', memory, pace, frames: 1850} as unknown as Parameters<typeof memoryText>[0];

  test('memory, and what would lower it', () => {
    expect(memoryText(outlook)).toBe(
      '9.00 GiB of the 8.00 GiB of cuda:0, with the longest song\nThat is too much. What helps: batch_size: 1 (7.00 GiB)',
    );
  });
  test('time, from counted arithmetic and the measured rate', () => {
    const text = timeText({epochs: 10, micro_steps: 100, steps: 100}, outlook);
    expect(text).toContain('about 2 h 00 min of training at the 100 GFLOP/s'); // 4e14 FLOPs at 0.555e11 a second: 7207 s, and 3 s
  });
  test('short steps reach less of the rate than long ones', () => {
    const work = {epochs: 1, micro_steps: 100, steps: 100};
    const long = trainingSeconds(work, {pace, frames: 6000});
    expect(trainingSeconds(work, {pace, frames: 150}) / long).toBeGreaterThan(1.5);
  });
  test('nothing is made up where the engine cannot say', () => {
    const unknown = {kind: 'unknown', problem: {code: 'x/y', message: 'no engine'}} as const;
    expect(memoryText(unknown)).toBe('unknown: no engine');
    expect(timeText({epochs: 1, micro_steps: 1, steps: 1}, unknown)).toBe('unknown: no engine');
  });
});

test('the default preset follows the memory of the card', () => {
  const gib = 2 ** 30;
  const names = [0, 8, 12, 16, 24, 80].map(
    (size) => presetForMemory({card: size * gib, host: 16 * gib}).name,
  );
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
