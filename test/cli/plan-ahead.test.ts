import {mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {readState, sealed} from '../../src/base/state-file.js';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {documentOf, Folder} from './sidestep.js';

const checkpoints = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

const pipeline = (model: string, epochs: number) => `sidestep: 1
name: ahead
defaults: {device: cpu, seed: 42}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: ${model}}}
  songs: {uses: dataset, with: {audio_dir: songs}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      adapter: {type: lora, rank: 2, alpha: 4}
      gradient_accumulation_steps: 1
      epochs: ${epochs}
      logging: {tensorboard: false}
`;

interface Stage {
  readonly stage: string;
  readonly verdict: {
    readonly kind: string;
    readonly samples?: {readonly missing: readonly object[]; readonly total: number};
  };
  readonly training: object | null;
  readonly expected_ms: number | null;
}

async function planOf(folder: Folder, ...args: readonly string[]): Promise<Record<string, Stage>> {
  const {stages} = documentOf((await folder.run(['plan', '--json', ...args])).stdout, 'plan') as unknown as {
    stages: Stage[];
  };
  return Object.fromEntries(stages.map((stage) => [stage.stage, stage]));
}

test('plan looks at songs and model: which songs, how many steps, how long, before and after a run', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('turbo', 2)});
  mkdirSync(folder.file('songs'));
  for (const i of [1, 2]) {
    writeFileSync(folder.file(`songs/song-${i}.wav`), waveFile(synthesise(42, i, 1)));
    folder.write(`songs/song-${i}.caption.txt`, `a tune, number ${i}`);
  }
  const first = await planOf(folder);
  expect(first.latents!.verdict.samples).toMatchObject({total: 2});
  expect(first.latents!.verdict.samples!.missing).toHaveLength(2);
  expect(first.train!.training).toEqual({epochs: 2, micro_steps: 4, steps: 4});
  expect(first.train!.expected_ms, 'measured now: no one has trained here').toBeGreaterThan(0);

  expect(await folder.run(['run', '--plain'])).toMatchObject({code: 0});
  folder.write('songs/song-1.caption.txt', 'a march');
  const edited = await planOf(folder);
  expect(edited.latents!.verdict.samples!.missing).toEqual([{sample: 'song-1.wav', parts: ['text']}]);
  expect(edited.latents!.expected_ms).toBeGreaterThan(0);
  const longer = await planOf(folder, '--set', 'train.epochs=200');
  expect(longer.train!.training).toEqual({epochs: 200, micro_steps: 400, steps: 400});
  const short = await planOf(folder, '--set', 'train.epochs=3');
  expect(longer.train!.expected_ms! / short.train!.expected_ms!).toBeCloseTo(200 / 3, 5);
  const {stdout} = await folder.run(['plan', '--set', 'train.epochs=200']);
  expect(stdout).toMatch(/trains 400 steps in 200 epochs, about /);
  expect(stdout).toMatch(/ {4}learning rate [▁-█]+ {2}\S+e-\d/);

  // What the engine answered is remembered by what it was asked: a plan that was made before asks no more.
  const remembered = folder.file('.sidestep/rates.json');
  const answers = readState(remembered) as [string, number[]][];
  expect(answers.map(([, rates]) => rates.length)).toContain(40);
  const other = answers.map(([key]) => [key, [3e-4, 5e-4]]);
  writeFileSync(remembered, sealed(other));
  const curveOf = async (...args: readonly string[]) => {
    const plan = await folder.run(['plan', '--set', 'train.epochs=200', ...args]);
    return /learning rate .* {2}(.*)/.exec(plan.stdout)?.[1];
  };
  expect(await curveOf()).toBe('3e-4 → 5e-4');
  expect(await curveOf('--set', 'train.optimizer.learning_rate=7e-4')).toMatch(/ → 7e-4 → /);
  expect(stdout.match(/must run first/g) ?? []).toHaveLength(1); // conditions wait for latents; nothing else says so again
});

test('what cannot run is said once, with its place, and is an error', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('trubo', 2)});
  mkdirSync(folder.file('songs'));
  writeFileSync(folder.file('songs/song.wav'), waveFile(synthesise(42, 1, 1)));
  const {code, stdout} = await folder.run(['plan']);
  expect(code).toBe(2);
  expect(stdout.match(/trubo/g), stdout).toHaveLength(1);
  expect(stdout.match(/error:/g), stdout).toHaveLength(1);
  const why = await folder.run(['why', 'train']);
  expect(why.stdout).toMatch(
    /blocked: train needs \w+, which cannot run\n.*pipeline\.yaml:5:3 error: .*trubo/,
  );
  expect(stdout).toMatch(/pipeline\.yaml:5:3 error/);
});

test('modules, selections and formulas that fit nothing are said by plan, before anything runs', async () => {
  const trained = (withKeys: string) => `sidestep: 1
name: ahead
defaults: {device: cpu, precision: bf16}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: songs
      ${withKeys}
`;
  const folder = new Folder({
    'songs/one.safetensors': '',
    'other/one.safetensors': '',
    'other/preprocess_meta.json': '{"model_variant": "base"}',
    'other.json': JSON.stringify([{module: 'decoder.layers.9.self_attn.q_proj', sensitivity: 1}]),
    'formula.yaml': trained('schedule: {type: custom, formula: "import os"}'),
    'targets.yaml': trained('adapter: {type: lora, target_modules: [q_proj, qproj]}'),
    'selection.yaml': trained('adapter: {type: lora, selection: {estimate: other.json}}'),
    'variant.yaml': trained('epochs: 1').replace('tensors: songs', 'tensors: other'),
    'fine.yaml': trained('epochs: 1'),
  });
  expect(await folder.run(['validate', 'formula.yaml'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/formula\.yaml:11:41 error: .*column 1: unknown name `import`/),
  });
  expect(await folder.run(['plan', 'targets.yaml'])).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/targets\.yaml:11:\d+ error: .*`qproj`(.|\n)*Did you mean q_proj\?/),
  });
  expect(await folder.run(['plan', 'selection.yaml'])).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/selection\.yaml:11:\d+ error: .*layers\.9\.self_attn\.q_proj/),
  });
  expect(await folder.run(['plan', 'variant.yaml'])).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/variant\.yaml:10:\d+ error: .*encoded for base/),
  });
  const fine = await folder.run(['plan', 'fine.yaml']);
  expect(fine.code).toBe(0);
  expect(`${fine.stdout}${fine.stderr}`.match(/run\/precision-not-on-cpu/g)).toHaveLength(1);
  expect(await folder.run(['plan', 'fine.yaml', '--json'])).toMatchObject({code: 0, stderr: ''});
});

test('songs that are longer than the silence of the model are named before anything is encoded', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('turbo', 2)});
  mkdirSync(folder.file('songs'));
  for (const [name, seconds] of [
    ['short', 1],
    ['long', 9],
    ['longer', 10],
  ] as const)
    writeFileSync(folder.file(`songs/${name}.wav`), waveFile(synthesise(42, 1, seconds)));
  const planned = await folder.run(['plan']);
  expect(planned).toMatchObject({code: 2});
  expect(planned.stdout).toMatch(/pipeline\.yaml:\d+:\d+ error.*train\/songs-too-long/s);
  expect(planned.stdout).toMatch(/2 songs are longer than .*: long\.wav, longer\.wav/s);
  const ran = await folder.run(['run', '--plain']);
  expect(ran).toMatchObject({code: 2});
  expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/latents {2}started/);
});
