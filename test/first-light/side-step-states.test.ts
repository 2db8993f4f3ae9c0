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
  // 200 x 32 numbers are kept as 8-bit codes, 200 x 16 as they are: 4096 is the limit
  adamw8bit: {
    adapter: {type: 'lora', rank: 200, alpha: 200},
    optimizer: {type: 'adamw8bit'},
    lists: {
      exp_avg: 'state1',
      exp_avg_sq: 'state2',
      exp_avg_codes: 'state1',
      exp_avg_sq_codes: 'state2',
      exp_avg_absmax: 'absmax1',
      exp_avg_sq_absmax: 'absmax2',
    },
  },
};
const names = Object.keys(cases);
/** Of the 8-bit state: as bitsandbytes 0.50 writes it, and with one scale for eight blocks, as before 0.44 and as that is today. */
const forms = ['wrapped', 'long_blocks', 'short_blocks'] as const;
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
  for (const form of forms) await leaveAsSideStep('adamw8bit', form);
  const on = names.flatMap((name) =>
    Object.entries({own: `adapters/${name}/checkpoints/epoch_2`, side: `side/${name}`}).map(
      ([from, resume_from]) => [
        `${name}_${from}`,
        stage(`${name}_${from}`, cases[name]!.adapter, cases[name]!.optimizer, {epochs: 4, resume_from}),
      ],
    ),
  );
  const {adapter, optimizer} = cases.adamw8bit!;
  const more = forms.map((form) => [
    form,
    stage(form, adapter, optimizer, {epochs: 4, resume_from: `side/${form}`}),
  ]);
  project.writePipeline({model, ...Object.fromEntries([...on, ...more])});
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

const firstOfEight = (scales: Float32Array) => scales.filter((_, i) => i % 8 === 0);

async function leaveAsSideStep(name: string, form?: (typeof forms)[number]): Promise<void> {
  const {lists, optimizer} = cases[name]!;
  const [from, to] = [
    project.file('adapters', name, 'checkpoints/epoch_2'),
    project.file('side', form ?? name),
  ];
  mkdirSync(to, {recursive: true});
  for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
    cpSync(`${from}/${file}`, `${to}/${file}`);
  await using state = await openSafetensors(`${from}/training_state.safetensors`);
  const parameters = [...state.tensors.keys()].flatMap((key) =>
    key.startsWith('param/') ? [key.slice(6)] : [],
  );
  const order = registered(new Set(parameters));
  expect(order).toHaveLength(parameters.length);
  const value = (tensor: Tensor, key: string): SavedValue => {
    if (tensor.dtype === 'U8') return {shape: tensor.shape, data: tensor.data};
    const data = toFloat32(tensor);
    if (!key.startsWith('absmax') || form === undefined || form === 'wrapped')
      return {shape: tensor.shape, data};
    const long = firstOfEight(data);
    return form === 'long_blocks'
      ? {shape: [long.length], data: long}
      : {shape: tensor.shape, data: data.map((_, i) => long[Math.floor(i / 8)]!)};
  };
  const counters = new Float64Array((await state.read('run/optimizer')).data.slice().buffer);
  const saved = new Map<number, SavedValue>();
  for (const [index, parameter] of order.entries()) {
    const own = new Map<string, SavedValue>([['step', counters[0]!]]);
    const within = form === 'wrapped' ? new Map<string, SavedValue>() : own;
    if (within !== own) own.set('__bnb_optimizer_quant_state__', within);
    for (const [list, theirs] of Object.entries(lists))
      if (state.tensors.has(`optimizer/${list}/${parameter}`))
        within.set(theirs, value(await state.read(`optimizer/${list}/${parameter}`), theirs));
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

test('the 8-bit state of every bitsandbytes', async () => {
  const weights = (stage: string) => tensorsOf(project.file('adapters', stage, 'adapter_model.safetensors'));
  const state = project.file('adapters/adamw8bit/checkpoints/epoch_2/training_state.safetensors');
  await using saved = await openSafetensors(state);
  const kept = [...saved.tensors.keys()];
  expect(kept.some((key) => key.startsWith('optimizer/exp_avg_codes/'))).toBe(true);
  expect(kept.some((key) => key.startsWith('optimizer/exp_avg/'))).toBe(true);
  expect(await weights('wrapped')).toEqual(await weights('adamw8bit_own'));
  expect(await weights('long_blocks')).toEqual(await weights('short_blocks'));
  expect(await weights('long_blocks')).not.toEqual(await weights('adamw8bit_own'));
});
