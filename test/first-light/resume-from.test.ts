import {copyFileSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {floatTensor} from '../../src/format/float-bits.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {toFloat32} from '../../src/format/tensor.js';
import {type SavedValue, torchFile} from '../../src/format/torch-write.js';
import {
  type Ended,
  eventsOf,
  linesOf,
  Project,
  problemsOf,
  resultOf,
  root,
  type Stage,
  tensorsOf,
  training,
} from './project.js';

/** Trainings that begin with what others left: a checkpoint of Side-Step, an adapter alone, a checkpoint under other settings. */
const project = new Project();
const golden = `${root}test/golden`;
const constant = {
  schedule: {type: 'constant', warmup_steps: 0},
  checkpoint: {every_epochs: 1},
  tensors: 'songs',
};
const lora = {type: 'lora', rank: 4, alpha: 8};
let first: Ended;
let ended: Ended;

/** One song: an epoch is a step. */
const stage = (name: string, options: Readonly<Record<string, unknown>>): Stage =>
  training(name, {...constant, ...options});
const model = {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}};
const cosine = {schedule: {type: 'cosine', warmup_steps: 0}};

beforeAll(async () => {
  mkdirSync(project.file('songs'));
  copyFileSync(`${golden}/e2e/b_mono44k.pt`, project.file('songs/song.pt'));
  const kinds = {
    lokr: {type: 'lokr', rank: 2, alpha: 2, use_scalar: true, decompose_both: true, weight_decompose: true},
    dora: {...lora, type: 'dora'},
  };
  const trained = Object.entries(kinds).map(([name, adapter]) => [name, stage(name, {adapter})]);
  project.writePipeline({model, half: stage('half', {}), ...Object.fromEntries(trained)});
  first = await project.run();
  if (first.code !== 0) throw new Error(problemsOf(first));
  await leaveAsSideStep(
    project.file('adapters/half/checkpoints/epoch_2'),
    project.file('side_step/checkpoints/epoch_2'),
  );
  mkdirSync(project.file('alone'));
  for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
    copyFileSync(project.file('adapters/half', name), project.file('alone', name));
  const own = 'adapters/half/checkpoints/epoch_2';
  project.writePipeline({
    model,
    comfy: {uses: 'export', with: {adapter: 'alone', formats: ['comfyui'], output_dir: 'exported'}},
    from_own: stage('from_own', {epochs: 4, resume_from: own}),
    from_side_step: stage('from_side_step', {epochs: 4, resume_from: 'side_step'}),
    side_step_other_rate: stage('side_step_other_rate', {
      epochs: 4,
      resume_from: 'side_step',
      optimizer: {type: 'adamw', learning_rate: 1e-3},
    }),
    side_step_fork: stage('side_step_fork', {epochs: 1, resume: 'fork', resume_from: 'side_step', ...cosine}),
    warm: stage('warm', {epochs: 1, resume_from: 'alone', ...cosine}),
    warm_file: stage('warm_file', {epochs: 1, resume_from: 'alone/adapter_model.safetensors', ...cosine}),
    warm_lokr: stage('warm_lokr', {
      epochs: 1,
      adapter: kinds.lokr,
      resume_from: 'adapters/lokr/best',
      optimizer: still,
    }),
    warm_dora: stage('warm_dora', {
      epochs: 1,
      adapter: kinds.dora,
      resume_from: 'adapters/dora/best',
      optimizer: still,
    }),
    warm_alpha: stage('warm_alpha', {adapter: {...lora, alpha: 16}, resume_from: 'alone'}),
    warm_rank: stage('warm_rank', {adapter: {...lora, rank: 8, alpha: 16}, resume_from: 'alone'}),
    warm_other: stage('warm_other', {adapter: {...lora, target_modules: ['q_proj']}, resume_from: 'alone'}),
    rate: stage('rate', {
      epochs: 4,
      resume_from: own,
      optimizer: {type: 'adamw', learning_rate: 5e-4},
      seed: 99,
    }),
    rate_fork: stage('rate_fork', {
      epochs: 1,
      resume: 'fork',
      resume_from: own,
      optimizer: {type: 'adamw', learning_rate: 5e-4},
    }),
    optimizer_fork: stage('optimizer_fork', {
      epochs: 1,
      resume: 'fork',
      resume_from: own,
      optimizer: {type: 'adafactor', learning_rate: 5e-4},
    }),
  });
  ended = await project.run(['--keep-going']);
  if (ended.code === 2) throw new Error(`the pipeline is refused:\n${ended.stdout}${ended.stderr}`);
});
afterAll(() => project.remove());

/** A learning rate at which nothing moves: what was begun with is what is left. */
const still = {type: 'adamw', learning_rate: 1e-30, weight_decay: 0};

/** The same state as Side-Step saves it: PEFT's files, the optimizer's in PyTorch's numbering, and a file of counters. */
async function leaveAsSideStep(from: string, to: string): Promise<void> {
  mkdirSync(to, {recursive: true});
  for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
    cpSync(`${from}/${name}`, `${to}/${name}`);
  await using state = await openSafetensors(`${from}/training_state.safetensors`);
  const parameters = ['self_attn', 'cross_attn']; // in the order in which the model registers them
  const numbered = [0, 1].flatMap((layer) =>
    parameters.flatMap((attention) =>
      ['q', 'k', 'v', 'o'].flatMap((linear) =>
        ['A', 'B'].map(
          (side) => `base_model.model.layers.${layer}.${attention}.${linear}_proj.lora_${side}.weight`,
        ),
      ),
    ),
  );
  const moment = async (list: string, name: string) => {
    const tensor = await state.read(`optimizer/${list}/${name}`);
    return {shape: tensor.shape, data: toFloat32(tensor)};
  };
  const saved = new Map<number, SavedValue>();
  for (const [index, name] of numbered.entries())
    saved.set(
      index,
      new Map<string, SavedValue>([
        ['step', {shape: [], data: new Float32Array([2])}],
        ['exp_avg', await moment('exp_avg', name)],
        ['exp_avg_sq', await moment('exp_avg_sq', name)],
      ]),
    );
  const group = new Map<string, SavedValue>([
    ['lr', 1e-4],
    ['params', numbered.map((_, index) => index)],
  ]);
  const config = new Map<string, SavedValue>([
    ['schema_version', 2],
    ['optimizer_type', 'adamw'],
    ['scheduler_type', 'constant'],
    ['warmup_steps', 0],
    ['learning_rate', 1e-4],
  ]);
  writeFileSync(
    `${to}/training_state.pt`,
    torchFile(
      new Map<string, SavedValue>([
        ['epoch', 2],
        ['global_step', 2],
        [
          'optimizer_state_dict',
          new Map<string, SavedValue>([
            ['state', saved],
            ['param_groups', [group]],
          ]),
        ],
        ['config_meta', config],
      ]),
    ),
  );
  const counter = floatTensor(new Float32Array([2]), [1], 'F32');
  await writeSafetensors(`${to}/training_state.safetensors`, {
    tensors: [
      {name: 'epoch', ...counter},
      {name: 'global_step', ...counter},
    ],
  });
}

function steps(name: string): number[] {
  return eventsOf(ended, 'step_finished')
    .filter((event) => event.stage === name)
    .map(({global_step}) => global_step);
}

function weights(name: string, file = 'adapter_model.safetensors') {
  return tensorsOf(project.file('adapters', name, file));
}

test('a checkpoint of Side-Step goes on, to the bytes of the same state of our own', async () => {
  expect(steps('from_side_step'), problemsOf(ended)).toEqual([3, 4]);
  expect(await weights('from_side_step')).toEqual(await weights('from_own'));
});

test('an adapter alone is a beginning: its weights at step 0, from a folder or a file', async () => {
  expect(steps('warm'), problemsOf(ended)).toEqual([1]);
  const loss = (name: string) => eventsOf(ended, 'step_finished').find((event) => event.stage === name)?.loss;
  expect(await weights('warm_file')).toEqual(await weights('warm'));
  expect(linesOf(ended, 'warm').join('\n')).toMatch(/beginning at step 0 with the weights of .*alone/);
  expect(loss('side_step_fork')).toBe(loss('warm_file')); // the same weights, and nothing else of the run
});

test.each([
  ['lokr', 'lokr_weights.safetensors'],
  ['dora', 'adapter_model.safetensors'],
])('weights of %s arrive whole', async (kind, file) => {
  expect(resultOf(ended, `warm_${kind}`)?.kind, problemsOf(ended)).toBe('succeeded');
  expect(await weights(`warm_${kind}`, file)).toEqual(await weights(`${kind}/best`, file));
});

describe('what does not fit is told, one by one', () => {
  test.each([
    ['warm_alpha', 'train/adapter-differs', /scaled by 2, this run's by 4/],
    ['warm_rank', 'train/adapter-differs', /has rank 4, this run's 8/],
    ['warm_other', 'train/adapter-differs', /it adapts layers\.0\.\w+\.k_proj, this run does not/],
    ['rate', 'train/resume-differs', /optimizer\.learning_rate 0\.0001 → 0\.0005, seed 42 → 99/],
    ['side_step_other_rate', 'train/resume-differs', /optimizer\.learning_rate 0\.0001 → 0\.001/],
  ])('%s', (name, code, says) => {
    const result = resultOf(ended, name);
    expect(result).toMatchObject({kind: 'failed', problem: {code, message: expect.stringMatching(says)}});
  });
});

test('a fork takes the weights, whatever else is set, another optimizer too', () => {
  for (const name of ['rate_fork', 'optimizer_fork', 'side_step_fork'])
    expect(steps(name), problemsOf(ended)).toEqual([1]);
  expect(linesOf(ended, 'rate_fork').join('\n')).toContain('optimizer.learning_rate 0.0001 → 0.0005');
});

test('what is safe is said', () => {
  expect(linesOf(ended, 'from_own').join('\n')).toMatch(/hold from here on:\n {2}epochs 2 → 4/);
});
