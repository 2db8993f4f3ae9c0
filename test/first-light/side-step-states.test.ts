import {copyFileSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {type Tensor, toFloat32} from '../../src/format/tensor.js';
import {type SavedValue, torchFile} from '../../src/format/torch-write.js';
import {type Ended, eventsOf, Project, problemsOf, root, type Stage, tensorsOf, training} from './project.js';

/** Half-trained checkpoints in Side-Step's form, of each optimizer and kind of adapter, go on to the bytes of our own. */
const project = new Project();
const golden = `${root}test/golden`;
const model = {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}};
const lora = {type: 'lora', rank: 4, alpha: 8};
/** What each optimizer of PyTorch's kind calls the lists of the engine's state. */
const cases: Readonly<Record<string, {adapter: object; optimizer: object; lists: Record<string, string>}>> = {
  dora: {
    adapter: {...lora, type: 'dora'},
    optimizer: {type: 'adamw'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
  },
  oft: {
    adapter: {type: 'oft', block_size: 16},
    optimizer: {type: 'adamw'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
  },
  prodigy: {
    adapter: lora,
    optimizer: {type: 'prodigy'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq', s: 's', params0: 'p0'},
  },
  adafactor: {
    adapter: lora,
    optimizer: {type: 'adafactor'},
    lists: {exp_avg_sq_row: 'exp_avg_sq_row', exp_avg_sq_col: 'exp_avg_sq_col', exp_avg_sq: 'exp_avg_sq'},
  },
};
const names = Object.keys(cases);
let ended: Ended;

const stage = (name: string, adapter: object, optimizer: object, more: object): Stage =>
  training(name, {
    schedule: {type: 'constant', warmup_steps: 0},
    checkpoint: {every_epochs: 1},
    tensors: 'songs',
    adapter,
    optimizer,
    ...more,
  });

beforeAll(async () => {
  mkdirSync(project.file('songs'));
  copyFileSync(`${golden}/e2e/b_mono44k.pt`, project.file('songs/song.pt'));
  const half = names.map((name) => [name, stage(name, cases[name]!.adapter, cases[name]!.optimizer, {})]);
  await project.complete({model, ...Object.fromEntries(half)});
  for (const name of names) await leaveAsSideStep(name);
  const on = names.flatMap((name) =>
    Object.entries({own: `adapters/${name}/checkpoints/epoch_2`, side: `side/${name}`}).map(
      ([from, resume_from]) => [
        `${name}_${from}`,
        stage(`${name}_${from}`, cases[name]!.adapter, cases[name]!.optimizer, {epochs: 4, resume_from}),
      ],
    ),
  );
  project.writePipeline({model, ...Object.fromEntries(on)});
  ended = await project.run(['--keep-going']);
});
afterAll(() => project.remove());

/** As PEFT registers parameters: by layer, attention, linear; of each A, B and magnitude. */
function registered(saved: ReadonlySet<string>): string[] {
  const parts = [
    'lora_A.weight',
    'lora_B.weight',
    'lora_magnitude_vector',
    'lora_magnitude_vector.weight',
    'oft_R.weight',
  ];
  const all = [0, 1].flatMap((layer) =>
    ['self_attn', 'cross_attn'].flatMap((attention) =>
      ['q', 'k', 'v', 'o'].flatMap((linear) =>
        parts.map((part) => `base_model.model.layers.${layer}.${attention}.${linear}_proj.${part}`),
      ),
    ),
  );
  return all.filter((name) => saved.has(name));
}

async function leaveAsSideStep(name: string): Promise<void> {
  const {lists, optimizer} = cases[name]!;
  const [from, to] = [project.file('adapters', name, 'checkpoints/epoch_2'), project.file('side', name)];
  mkdirSync(to, {recursive: true});
  for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
    cpSync(`${from}/${file}`, `${to}/${file}`);
  await using state = await openSafetensors(`${from}/training_state.safetensors`);
  const parameters = [...state.tensors.keys()].flatMap((key) =>
    key.startsWith('param/') ? [key.slice(6)] : [],
  );
  const order = registered(new Set(parameters));
  expect(order).toHaveLength(parameters.length);
  const value = (tensor: Tensor): SavedValue => ({shape: tensor.shape, data: toFloat32(tensor)});
  const counters = new Float64Array((await state.read('run/optimizer')).data.slice().buffer);
  const saved = new Map<number, SavedValue>();
  for (const [index, parameter] of order.entries()) {
    const own = new Map<string, SavedValue>([['step', counters[0]!]]);
    for (const [list, theirs] of Object.entries(lists))
      if (state.tensors.has(`optimizer/${list}/${parameter}`))
        own.set(theirs, value(await state.read(`optimizer/${list}/${parameter}`)));
    saved.set(index, own);
  }
  const found = ['d', 'd_max', 'd_numerator'].map((key, i): [string, SavedValue] => [
    key,
    counters[i + 1] ?? 0,
  ]);
  const group = new Map<string, SavedValue>([
    ['params', order.map((_, i) => i)],
    ...found,
    ['k', counters[0]!],
  ]);
  const state_dict = new Map<string, SavedValue>([
    ['state', saved],
    ['param_groups', [group]],
  ]);
  const whole = new Map<string, SavedValue>([
    ['epoch', 2],
    ['global_step', 2],
    ['optimizer_state_dict', state_dict],
    ['config_meta', new Map<string, SavedValue>([['optimizer_type', (optimizer as {type: string}).type]])],
  ]);
  writeFileSync(`${to}/training_state.pt`, torchFile(whole));
}

test.each(names)('%s', async (name) => {
  const steps = eventsOf(ended, 'step_finished').filter((event) => event.stage === `${name}_side`);
  expect(
    steps.map(({global_step}) => global_step),
    problemsOf(ended),
  ).toEqual([3, 4]);
  const weights = (from: string) =>
    tensorsOf(project.file('adapters', `${name}_${from}`, 'adapter_model.safetensors'));
  expect(await weights('side')).toEqual(await weights('own'));
});
