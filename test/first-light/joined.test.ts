import {copyFileSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {readTorchFile} from '../../src/format/torch-file.js';
import {
  computedParts,
  type Ended,
  eventsOf,
  Project,
  preparation,
  resultOf,
  root,
  type Stages,
  tensorsOf,
  training,
} from './project.js';

/** Several sets of songs, and several folders of tensors, in one training. */
const project = new Project();
afterAll(() => project.remove());

const model = '${stages.model}';
const {tiny, model: scan} = preparation({clips: 3, clip_duration: 1});
const some = (...exclude: readonly string[]) => ({
  uses: 'dataset',
  with: {audio_dir: '${stages.tiny.audio_dir}', exclude},
});

const encoded = (name: string, dataset: string): Stages => ({
  [`${name}_latents`]: {uses: 'preprocess.pass1', with: {model, dataset}},
  [`${name}_conditions`]: {uses: 'preprocess.pass2', with: {model, latents: `\${stages.${name}_latents}`}},
});

const apart: Stages = {
  tiny: tiny!,
  model: scan!,
  first: some('clip-3.wav'),
  second: some('clip-1.wav', 'clip-2.wav'),
  ...encoded('first', '${stages.first}'),
  ...encoded('second', '${stages.second}'),
};

const together: Stages = {
  ...apart,
  both: {
    uses: 'join',
    with: {datasets: ['${stages.first}', {from: '${stages.second}', repeats: 4}]},
  },
  ...encoded('both', '${stages.both}'),
  of_songs: training('of_songs', {tensors: '${stages.both_conditions}', epochs: 1}),
  of_tensors: training('of_tensors', {
    tensors: ['${stages.first_conditions}', {from: '${stages.second_conditions}', repeats: 4}],
    epochs: 1,
  }),
  shared: training('shared', {
    tensors: [
      {from: '${stages.first_conditions}', share: 1},
      {from: '${stages.second_conditions}', share: 3},
    ],
    epochs: 1,
  }),
  packed: {
    uses: 'pack',
    with: {
      model,
      tensors: ['${stages.first_conditions}', {from: '${stages.second_conditions}', repeats: 4}],
      dataset: '${stages.both}',
      output_dir: 'packed',
    },
  },
};

let ended: Ended;
beforeAll(async () => {
  await project.complete(apart);
  ended = await project.complete(together);
});

const weights = (name: string) => tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
const steps = (run: Ended, name: string) =>
  eventsOf(run, 'step_finished').filter(({stage}) => stage === name).length;

test('songs of several datasets are one dataset, and what was encoded of one is not encoded again', () => {
  expect(computedParts(ended)).toEqual({});
  expect(resultOf(ended, 'both_latents')?.kind).toBe('succeeded');
});

test('repeats and shares make up the epoch: two songs, and one that is shown four or six times', () => {
  expect(steps(ended, 'of_songs')).toBe(6);
  expect(steps(ended, 'of_tensors')).toBe(6);
  expect(steps(ended, 'shared')).toBe(8);
});

test('joining songs and joining their tensors train the same adapter', async () => {
  expect(await weights('of_tensors')).toEqual(await weights('of_songs'));
});

test('a pack is what Side-Step loads: flat .pt files, a list that repeats, and what they were encoded for', async () => {
  expect(project.filesBelow('packed')).toEqual([
    'clip-1.pt',
    'clip-2.pt',
    'clip-3.pt',
    'manifest.json',
    'preprocess_meta.json',
  ]);
  expect(project.json('packed/manifest.json').samples).toEqual([
    'clip-1.pt',
    'clip-2.pt',
    ...Array.from({length: 4}, () => 'clip-3.pt'),
  ]);
  expect(project.json('packed/preprocess_meta.json')).toMatchObject({model_variant: 'turbo', total: 3});
  const sample = (await readTorchFile(project.file('packed/clip-1.pt'))) as ReadonlyMap<string, unknown>;
  const shape = (name: string) => (sample.get(name) as {shape: number[]}).shape;
  const [frames, channels] = shape('target_latents');
  expect(shape('context_latents')).toEqual([frames, 2 * channels!]);
  expect(shape('attention_mask')).toEqual([frames]);
  expect(shape('encoder_attention_mask')).toEqual([shape('encoder_hidden_states')[0]]);
  expect((sample.get('metadata') as ReadonlyMap<string, unknown>).get('caption')).toMatch(/\w/);
});

test('training on the pack gives what training on the stages gives; a folder and a stage join too', async () => {
  const more: Stages = {
    ...together,
    of_pack: training('of_pack', {tensors: 'packed', epochs: 1}),
    mixed: training('mixed', {
      tensors: ['${stages.second_conditions}', {from: 'packed', repeats: 2}],
      epochs: 1,
    }),
  };
  const second = await project.complete(more);
  expect(await weights('of_pack')).toEqual(await weights('of_songs'));
  expect(steps(second, 'mixed')).toBe(13);
});

test('tensors of another width are refused by plan, with the place; older ones than their songs are said', () => {
  mkdirSync(project.file('wide'));
  copyFileSync(`${root}test/golden/e2e/a_stereo48k.pt`, project.file('wide/song.pt'));
  project.writePipeline({tiny: tiny!, model: scan!, train: training('wide', {tensors: ['packed', 'wide']})});
  const wide = project.command(['plan']);
  expect(wide.code).toBe(2);
  expect(wide.stdout).toMatch(
    /pipeline\.yaml:\d+:\d+ error: The conditions of these samples are 48 numbers wide .*takes 32/,
  );
  mkdirSync(project.file('old/songs'), {recursive: true});
  copyFileSync(project.file('packed/clip-1.pt'), project.file('old/clip-1.pt'));
  writeFileSync(project.file('old/songs/clip-1.wav'), '');
  utimesSync(project.file('old/songs/clip-1.wav'), new Date('2026-03-01'), new Date('2026-03-01'));
  writeFileSync(
    project.file('old/preprocess_meta.json'),
    JSON.stringify({
      model_variant: 'turbo',
      created_at: '2026-02-01T10:00:00+00:00',
      source_audio_dir: project.file('old/songs'),
      checksums: {'clip-1.pt': '0'.repeat(32)},
    }),
  );
  project.writePipeline({tiny: tiny!, model: scan!, train: training('old', {tensors: 'old', epochs: 1})});
  const old = project.command(['plan']);
  expect(old.code, old.stderr).toBe(0);
  expect(old.stderr).toMatch(/since then clip-1\.wav .*\[train\/tensors-outdated\]/s);
});

test('samples that were replaced since their checksums were written are named when they are read', async () => {
  const run = await project.run();
  expect(run.code).toBe(0);
  const codes = eventsOf(run, 'stage_warning').map(({problem}) => problem.code);
  expect(codes.toSorted()).toEqual(['train/tensors-outdated', 'train/tensors-replaced']);
});

test('a list that joins a stage with itself is refused at its place', () => {
  project.writePipeline({
    ...apart,
    both: {uses: 'join', with: {datasets: ['${stages.first}', '${stages.first}']}},
  });
  const {code, stderr} = project.command(['validate']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/pipeline\.yaml:\d+:\d+ error: \$\{stages\.first\} is joined with itself/);
});
