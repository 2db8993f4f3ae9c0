import {describe, expect, test} from 'vitest';
import {inProject, pipelineOf, place, problemsOf, stageOf, words} from './resolved.js';

const prepare = `sidestep: 1
name: piece
vars: {songs: ./songs, seconds: 60}
defaults: {seed: 7}
stages:
  songs:
    uses: dataset
    with: {audio_dir: "\${vars.songs}"}
  latents:
    uses: preprocess.pass1
    needs: [songs]
    with: {model: "\${stages.model}", dataset: "\${stages.songs}", max_duration: "\${vars.seconds}"}
`;

const main = (include: string, more = '') => `sidestep: 1
include: ${include}
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
${more}`;

const pieces = {'parts/prepare.yaml': prepare};

test('stages, variables and defaults of a piece are there, with the places of its own file', () => {
  const pipeline = pipelineOf(main('[parts/prepare.yaml]'), {pieces});
  expect(pipeline.name).toBe('pipeline');
  expect(pipeline.stages.map(({id}) => id)).toEqual(['songs', 'latents', 'model']);
  expect(pipeline.sources).toContain(inProject('parts/prepare.yaml'));
  const latents = stageOf(main('[parts/prepare.yaml]'), 'latents', {pieces});
  expect(latents.params).toMatchObject({
    max_duration: 60,
    seed: 7,
    dataset: {$stage: 'songs'},
    model: {$stage: 'model'},
  });
  expect(latents.position).toMatchObject({file: inProject('parts/prepare.yaml'), line: 9});
  const songs = stageOf(main('[parts/prepare.yaml]'), 'songs', {pieces});
  expect(songs.params.audio_dir).toBe(inProject('songs')); // as all paths, from the folder of the pipeline
});

test('what the file says itself of a stage, a variable or a default is above', () => {
  const text = main(
    '[parts/prepare.yaml]',
    '  latents: {with: {max_duration: 30}, retries: 2}\nvars: {songs: ./jazz}\ndefaults: {seed: 1}\n',
  );
  expect(stageOf(text, 'latents', {pieces})).toMatchObject({retries: 2, params: {max_duration: 30, seed: 1}});
  expect(stageOf(text, 'songs', {pieces}).params.audio_dir).toBe(inProject('jazz'));
});

test('a file is included several times under names, with values of its own', () => {
  const include =
    '[{file: parts/prepare.yaml, as: jazz, with: {songs: "./${vars.all}/jazz"}}, {file: parts/prepare.yaml, as: rock}]';
  const text = main(include, 'vars: {all: music}\n');
  const pipeline = pipelineOf(text, {
    pieces,
    overrides: ['rock-latents.max_duration=9', 'vars.rock-songs=./rock'],
  });
  const params = Object.fromEntries(pipeline.stages.map((stage) => [stage.id, stage.params]));
  expect(params['jazz-songs']!.audio_dir).toBe(inProject('music/jazz'));
  expect(params['rock-songs']!.audio_dir).toBe(inProject('rock'));
  expect(params['jazz-latents']).toMatchObject({
    max_duration: 60,
    dataset: {$stage: 'jazz-songs'},
    model: {$stage: 'model'},
  });
  expect(params['rock-latents']).toMatchObject({max_duration: 9, dataset: {$stage: 'rock-songs'}});
  expect(pipeline.stages.find(({id}) => id === 'jazz-latents')!.needs).toMatchObject([{stage: 'jazz-songs'}]);
});

test('a piece includes others, from its own folder; variables of the environment add up', () => {
  const nested = {
    'parts/all.yaml': 'sidestep: 1\nenv: [A]\ninclude: [./deep/one.yaml]\n',
    'parts/deep/one.yaml':
      'env: [B]\nstages:\n  one: {uses: command, with: {argv: [echo, "${env.A}", "${env.B}"]}}\n',
  };
  const text = 'sidestep: 1\nenv: [A]\ninclude: [parts/all.yaml]\nstages: {}\n';
  expect(stageOf(text, 'one', {pieces: nested, env: {A: 'a', B: 'b'}}).params.argv).toEqual([
    'echo',
    'a',
    'b',
  ]);
});

test('text that looks like a reference stays text', () => {
  const shell = {
    'a.yaml':
      'stages:\n  x: {uses: command, with: {argv: [sh, -c, "echo $${HOME} ${vars.v}"]}}\nvars: {v: 1}\n',
  };
  const {params} = stageOf('sidestep: 1\ninclude: [{file: a.yaml, as: p}]\nstages: {}\n', 'p-x', {
    pieces: shell,
  });
  expect(params.argv).toEqual(['sh', '-c', 'echo $${HOME} 1']); // still escaped: the command fills in the rest
});

test('the layers of adapters are those of presets: another kind takes no keys of the first', () => {
  const train = {
    'train.yaml': `stages:
  train: {uses: train, with: {model: "\${stages.model}", tensors: ./t, adapter: {type: lora, rank: 8, alpha: 16}}}
`,
  };
  const text = main('[train.yaml]', '  train: {with: {adapter: {type: lokr}}}\n');
  expect(stageOf(text, 'train', {pieces: train}).params.adapter).toMatchObject({type: 'lokr'});
});

describe('what is wrong is said at its place', () => {
  test('in the piece, at its line', () => {
    const broken = {'parts/prepare.yaml': prepare.replace('max_duration', 'max_duraton')};
    const [problem] = problemsOf(main('[parts/prepare.yaml]'), {pieces: broken});
    expect(place(problem!)).toBe('prepare.yaml:12:66 config/unknown-key');
    expect(problem!.frame).toContain('max_duraton');
  });

  test.each([
    {
      name: 'a file that is not there',
      text: main('[nowhere.yaml]'),
      says: /^pipeline\.yaml:2:11 file\/missing/,
    },
    {
      name: 'a circle, by the names of all files',
      text: main('[a.yaml]'),
      more: {'a.yaml': 'include: [b.yaml]\n', 'b.yaml': 'include: [a.yaml]\n'},
      says: /^b\.yaml:1:11 config\/circular-include .*project[/\\]a\.yaml → .*project[/\\]b\.yaml → .*project[/\\]a\.yaml/,
    },
    {
      name: 'itself',
      text: main('[pipeline.yaml]'),
      says: /^pipeline\.yaml:2:11 config\/circular-include/,
    },
    {
      name: 'a stage of two pieces',
      text: main('[parts/prepare.yaml, b.yaml]'),
      more: {'b.yaml': 'stages: {songs: {uses: dataset, with: {audio_dir: x}}}\n'},
      says: /^pipeline\.yaml:2:31 config\/stage-included-twice .*songs.* as: /,
    },
    {
      name: 'a value for a variable that the piece does not have',
      text: main('[{file: parts/prepare.yaml, with: {sogns: ./x}}]'),
      says: /^pipeline\.yaml:2:45 config\/unknown-parameter .*sogns.*songs, seconds.*Did you mean songs/,
    },
    {
      name: 'a wrong key',
      text: main('[{file: parts/prepare.yaml, name: x}]'),
      says: /^pipeline\.yaml:2:38 config\/unknown-key/,
    },
    {
      name: 'an empty file',
      text: main('[a.yaml]'),
      more: {'a.yaml': ''},
      says: /^pipeline\.yaml:2:11 config\/empty/,
    },
    {
      name: 'syntax in a piece',
      text: main('[a.yaml]'),
      more: {'a.yaml': 'stages: {\n'},
      says: /^a\.yaml:/,
    },
  ])('$name', ({text, more = {}, says}) => {
    const [first] = problemsOf(text, {pieces: {...pieces, ...more}});
    expect(words(first!)).toMatch(says);
  });
});
