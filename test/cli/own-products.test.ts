import {mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {addonPath} from '../addon-path.js';
import {documentOf, Folder} from './sidestep.js';

const checkpoints = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

const pipeline = (epochs: number) => `sidestep: 1
name: products
defaults: {device: cpu, seed: 42}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}
  songs: {uses: dataset, with: {audio_dir: songs}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train:
    uses: train
    resources: {device: "cuda:0"}
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      adapter: {type: lora, rank: 2, alpha: 4}
      gradient_accumulation_steps: 1
      epochs: ${epochs}
      logging: {tensorboard: false}
`;

/** FLOP/s of products, so few that they alone decide what a step takes. */
const RATES = {library: 8e5, own: 4e5};

/** The engine with a card before it, which computes as the CPU does and has cuBLASLt unless SIDESTEP_CUBLASLT is empty. */
const engine = `const real = require(${JSON.stringify(addonPath)});
const own = process.env.SIDESTEP_CUBLASLT === '';
const card = {device: 'cuda:0', name: 'A card', memory_bytes: 2 ** 34, free_bytes: 2 ** 34, compute_capability: 89, own_products: own,
  products: own ? 'cuBLASLt was not looked for' : '/lib/libcublasLt.so.13'};
const onCpu = (value) => JSON.parse(JSON.stringify(value), (key, each) => each === 'cuda:0' ? 'cpu' : each === 'bf16' ? 'f32' : each);
module.exports = {
  ...real,
  call: async (method, text, inputs, emit, token) => {
    const params = JSON.parse(text);
    if (method === 'measure_products' && params.device === 'cuda:0')
      return {result: JSON.stringify({flops_per_second: own ? ${RATES.own} : ${RATES.library}}), outputs: {}};
    const answer = await real.call(method, JSON.stringify(onCpu(params)), inputs, emit, token);
    if (method !== 'describe_engine') return answer;
    return {...answer, result: JSON.stringify({...JSON.parse(answer.result), cuda_devices: [card], no_cuda: null})};
  },
};
`;

const WITHOUT = {SIDESTEP_CUBLASLT: ''};
const WORDS = 'cuda:0 computes without cuBLASLt: cuBLASLt was not looked for';

function project() {
  const folder = new Folder({'pipeline.yaml': pipeline(2), 'engine.cjs': engine});
  mkdirSync(folder.file('songs'));
  for (const i of [1, 2]) {
    writeFileSync(folder.file(`songs/song-${i}.wav`), waveFile(synthesise(42, i, 1)));
    folder.write(`songs/song-${i}.caption.txt`, `a tune, number ${i}`);
  }
  const env = (more: Readonly<Record<string, string>>) => ({
    SIDESTEP_ENGINE: folder.file('engine.cjs'),
    ...more,
  });
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    folder.run(args, env(more));
  /** Milliseconds that the training is said to take. */
  const expected = async (more: Readonly<Record<string, string>> = {}) => {
    const {stages} = documentOf((await run(['plan', '--json'], more)).stdout, 'plan') as {
      stages: readonly {readonly stage: string; readonly expected_ms: number}[];
    };
    return stages.find(({stage}) => stage === 'train')!.expected_ms;
  };
  return {folder, run, expected};
}

test('that a card lacks its library for products is said by doctor, before the first stage of a run, and in the time that a plan gives', async () => {
  const {folder, run, expected} = project();
  const doctor = documentOf((await run(['doctor', '--json'], WITHOUT)).stdout, 'doctor');
  expect(doctor.checks).toContainEqual(
    expect.objectContaining({
      name: 'engine_cuda_0_products',
      state: 'warning',
      found: 'cuBLASLt was not looked for',
      hint: expect.stringContaining('nvidia-cublas'),
    }),
  );

  // The time is that of the products which would run: apart from starting and keeping books it is as much longer as they are slower.
  const [library, own] = [await expected(), await expected(WITHOUT)];
  const apart = 1500 + 4 * 10; // ms: see training-time.ts
  expect((own - apart) / (library - apart)).toBeCloseTo(RATES.library / RATES.own, 6);
  const plan = await run(['plan'], WITHOUT);
  expect(plan.stdout + plan.stderr).toContain(WORDS);

  const ran = await run(['run', '--plain'], WITHOUT);
  expect(ran.code).toBe(0);
  const said = (ran.stdout + ran.stderr).replaceAll(/\s+/g, ' ');
  expect(said.indexOf(WORDS)).toBeGreaterThan(-1);
  expect(said.indexOf(WORDS)).toBeLessThan(said.indexOf('songs'));

  // What it took with its own products is no measure of the library's, and the other way round.
  folder.write('pipeline.yaml', pipeline(3));
  const again = await expected(WITHOUT);
  expect(again, 'by what was run').not.toBeCloseTo(1500 + ((own - 1500) * 6) / 4, 3);
  expect(await expected(), 'measured').toBeCloseTo(1500 + ((library - 1500) * 6) / 4, 3);
});
