import {cpSync, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {type Tensor, toFloat32} from '../../src/format/tensor.js';
import {type SavedValue, torchFile} from '../../src/format/torch-write.js';

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
  return [...all, ...registeredByLycoris()].filter((name) => saved.has(name));
}

/** As LyCORIS registers them over the whole decoder; read off a LycorisNetwork of both layers. */
function registeredByLycoris(): string[] {
  const modules = [
    ...[0, 1].flatMap((layer) => [
      ...['self', 'cross'].flatMap((side) =>
        ['q', 'k', 'v', 'o'].map((linear) => `layers_${layer}_${side}_attn_${linear}_proj`),
      ),
      ...['gate', 'up', 'down'].map((linear) => `layers_${layer}_mlp_${linear}_proj`),
    ]),
    'proj_in_1',
    ...['time_embed', 'time_embed_r'].flatMap((embedder) => [
      `${embedder}_linear_1`,
      `${embedder}_linear_2`,
      `${embedder}_time_proj`,
    ]),
    'condition_embedder',
  ];
  const parts =
    'lokr_w1 lokr_w1_a lokr_w1_b lokr_w2 lokr_t2 lokr_w2_a lokr_w2_b hada_t1 hada_w1_a hada_w1_b hada_t2 hada_w2_a hada_w2_b dora_scale scalar';
  return modules.flatMap((module) => parts.split(' ').map((part) => `lycoris_${module}.${part}`));
}

const firstOfEight = (scales: Float32Array) => scales.filter((_, i) => i % 8 === 0);

/** Of the 8-bit state: wrapped as bitsandbytes 0.50 does; one scale for eight blocks; the same said of each block. */
export type QuantisedForm = 'wrapped' | 'long_blocks' | 'short_blocks';

export interface HalfTrained {
  /** One of our checkpoints. */
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  /** What PyTorch's optimizer calls the lists of the engine's state. */
  readonly lists: Readonly<Record<string, string>>;
  readonly optimizer: string;
  readonly form?: QuantisedForm | undefined;
}

/** Leaves a checkpoint as Side-Step does: the adapter's files, and `training_state.pt` beside them. */
export async function leaveAsSideStep({from, to, epoch, lists, optimizer, form}: HalfTrained): Promise<void> {
  mkdirSync(to, {recursive: true});
  for (const file of [
    'adapter_config.json',
    'adapter_model.safetensors',
    'lokr_weights.safetensors',
    'loha_weights.safetensors',
  ])
    if (existsSync(`${from}/${file}`)) cpSync(`${from}/${file}`, `${to}/${file}`);
  await using state = await openSafetensors(`${from}/training_state.safetensors`);
  const parameters = [...state.tensors.keys()].flatMap((key) =>
    key.startsWith('param/') ? [key.slice(6)] : [],
  );
  const order = registered(new Set(parameters));
  if (order.length !== parameters.length)
    throw new Error('a parameter of a kind that neither PEFT nor LyCORIS registers');
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
    ['epoch', epoch],
    ['global_step', counters[0]!],
    ['optimizer_state_dict', state_dict],
    ['config_meta', new Map<string, SavedValue>([['optimizer_type', optimizer]])],
  ]);
  writeFileSync(`${to}/training_state.pt`, torchFile(whole));
}
