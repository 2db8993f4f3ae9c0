import {copyFileSync, mkdirSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {type Ended, kindsOf, Project, root} from './project.js';

/** pipelines/smoke.yaml, as a new user runs it, in two folders. */
const [first, second] = [new Project(), new Project()];
let fresh: Ended;

function smoke(project: Project): Promise<Ended> {
  return project.run(['pipelines/smoke.yaml', '--set', 'train.output_dir=../adapter']);
}

beforeAll(async () => {
  for (const project of [first, second]) {
    mkdirSync(project.file('pipelines'));
    copyFileSync(`${root}pipelines/smoke.yaml`, project.file('pipelines/smoke.yaml'));
  }
  fresh = await smoke(first);
});
afterAll(() => {
  first.remove();
  second.remove();
});

test('ends well, with every stage run and the adapter on disk', () => {
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(new Set(Object.values(kindsOf(fresh)))).toEqual(new Set(['succeeded']));
  const files = first.filesBelow('output/smoke');
  expect(files.filter((file) => /^clips\/.*\.wav$/.test(file))).toHaveLength(4); // two prompts at two strengths
  expect(files.filter((file) => !file.startsWith('clips/'))).toEqual([
    'comfyui/README.md',
    'comfyui/smoke.safetensors',
    'diffusers/README.md',
    'diffusers/pytorch_lora_weights.safetensors',
    'peft/README.md',
    'peft/adapter_config.json',
    'peft/adapter_model.safetensors',
  ]);
});

test('run again: all from cache, nothing on disk touched', async () => {
  const before = first.contents('output');
  const again = await smoke(first);
  expect(again.code).toBe(0);
  expect(new Set(Object.values(kindsOf(again)))).toEqual(new Set(['cached']));
  expect(first.contents('output')).toEqual(before);
});

test('runs names the folder of the training, and where that published none the one of its export', async () => {
  const adapters = () =>
    (
      JSON.parse(first.command(['runs', 'pipelines/smoke.yaml', '--json']).stdout) as {
        runs: {adapters: string[]}[];
      }
    ).runs.at(-1)!.adapters;
  expect(adapters()).toEqual([first.file('adapter')]);
  expect((await first.run(['pipelines/smoke.yaml'])).code).toBe(0);
  expect(adapters()).toEqual([first.file('output/smoke')]);
});

test('another folder gives the same bytes: exported files, adapter, checkpoints, metrics', async () => {
  expect((await smoke(second)).code).toBe(0);
  expect(second.contents('output')).toEqual(first.contents('output'));
  const adapter = first.trained('adapter');
  expect(second.trained('adapter')).toEqual(adapter);
  expect(Object.keys(adapter)).toContain('metrics.jsonl');
  expect(Object.keys(adapter)).toContain('checkpoints/epoch_5/training_state.safetensors');
});

test('the PEFT folder has what PEFT reads: config keys, tensor names, shapes', async () => {
  const config = first.json('output/smoke/peft/adapter_config.json');
  expect(config).toMatchObject({peft_type: 'LORA', r: 4, lora_alpha: 8, bias: 'none', use_dora: false});
  const modules = config.target_modules as readonly string[];
  expect(modules).toHaveLength(8);
  await using file = await openSafetensors(first.file('output/smoke/peft/adapter_model.safetensors'));
  const expected = modules.flatMap((name) =>
    ['A', 'B'].map((part) => `base_model.model.${name}.lora_${part}.weight`),
  );
  expect([...file.tensors.keys()].sort()).toEqual(expected.sort());
  for (const [name, {shape, dtype}] of file.tensors) {
    expect(dtype).toBe('F32');
    expect(name.includes('lora_A') ? shape[0] : shape[1], name).toBe(4);
  }
});

test.each([
  'output/smoke/peft/adapter_model.safetensors',
  'output/smoke/comfyui/smoke.safetensors',
  'output/smoke/diffusers/pytorch_lora_weights.safetensors',
])('%s says what it is, how to use it and how it was made', async (name) => {
  await using file = await openSafetensors(first.file(name));
  const {metadata} = file;
  expect(metadata).toMatchObject({
    'modelspec.title': 'smoke',
    'modelspec.trigger_phrase': 'fixture',
    ss_base_model_version: 'ace_step_1.5_turbo',
    ss_network_dim: '4',
    ss_optimizer: 'adamw',
    ss_steps: '40',
    ss_epoch: '10',
  });
  expect(JSON.parse(metadata['sidestep.inference']!)).toEqual({
    base_model: 'acestep-v15-turbo',
    base: 'turbo',
    shift: 3,
    steps: 8,
  });
  expect(JSON.parse(metadata['sidestep.train']!)).toMatchObject({epochs: 10, optimizer: {type: 'adamw'}});
  expect(metadata['sidestep.fingerprint']).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(metadata)).not.toContain(first.path);
});

test('training went downhill and left its numbers', () => {
  const metrics = first.lines('adapter/metrics.jsonl');
  const epochs = metrics.filter(({kind}) => kind === 'epoch').map(({loss}) => loss as number);
  expect(epochs).toHaveLength(10);
  expect(epochs.at(-1)).toBeLessThan(epochs[0]!);
  expect(metrics.filter(({kind}) => kind === 'step')).toHaveLength(40);
});
