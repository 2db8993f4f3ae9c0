import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Adapter} from '../../src/adapter/adapter.js';
import {deltaDifference, factorDot} from '../../src/adapter/delta.js';
import {
  comfyuiLayout,
  comfyuiPrefix,
  diffusersLayout,
  type LayoutFile,
  type LayoutOptions,
  lycorisLayout,
  peftLayout,
} from '../../src/adapter/layout.js';
import {decoderModule, diffusersName} from '../../src/adapter/module-name.js';
import {readAdapter} from '../../src/adapter/read.js';
import {bakeScale} from '../../src/adapter/scale.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = join(import.meta.dirname, '../golden/peft_files');
const options: LayoutOptions = {name: 'adapter', dtype: 'F32', metadata: {}};
const undecomposed = {dora_scales: new Map<string, Float32Array>()};

async function tensorsOf(path: string): Promise<Record<string, unknown>> {
  const file = await openSafetensors(path);
  const tensors: Record<string, unknown> = {};
  for (const name of [...file.tensors.keys()].sort()) {
    const {dtype, shape, data} = await file.read(name);
    tensors[name] = {dtype, shape, bytes: Buffer.from(data).toString('hex')};
  }
  await file.close();
  return tensors;
}

function written(files: readonly LayoutFile[]): Record<string, unknown> {
  const file = files.find(({kind}) => kind === 'safetensors');
  if (file?.kind !== 'safetensors') throw new Error('Expected a safetensors file');
  return Object.fromEntries(
    Object.entries(file.tensors)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, {dtype, shape, data}]) => [
        name,
        {dtype, shape, bytes: Buffer.from(data).toString('hex')},
      ]),
  );
}

describe('ComfyUI files equal those upstream wrote, but for DoRA’s magnitudes', () => {
  test.each([
    ['lora', 'native'],
    ['lora', 'generic'],
    ['dora', 'native'],
    ['dora', 'generic'],
  ] as const)('%s, %s key style', async (kind, style) => {
    const adapter = await readAdapter(join(golden, kind));
    const files = comfyuiLayout(adapter, {...options, ...undecomposed, prefix: comfyuiPrefix(style)});
    const expected = await tensorsOf(join(golden, `comfyui_${kind}_${style}.safetensors`));
    // Upstream writes the magnitudes as they are, in one dimension, which ComfyUI takes for scales of columns.
    for (const name of Object.keys(expected)) if (name.endsWith('.dora_scale')) delete expected[name];
    expect(written(files)).toEqual(expected);
  });

  test('trained biases have no form in ComfyUI and diffusers', async () => {
    const lora = await readAdapter(join(golden, 'lora'));
    const bias = floatTensor(Float32Array.of(1), [1], 'F32');
    const adapter = {...lora, others: {'base_model.model.layers.0.self_attn.q_proj.bias': bias}};
    for (const write of [
      () => comfyuiLayout(adapter, {...options, ...undecomposed, prefix: ''}),
      () => diffusersLayout(adapter, options),
    ])
      expect(write).toThrow(/no form for trained biases; this adapter holds 1, the first is .*q_proj\.bias/);
  });

  test('OFT has no ComfyUI form', async () => {
    const adapter = await readAdapter(join(golden, 'oft'));
    expect(() => comfyuiLayout(adapter, {...options, ...undecomposed, prefix: ''})).toThrow(
      /no form for oft/,
    );
  });
});

describe('adapters survive being read and written in their own layout', () => {
  test.each(['lora', 'dora', 'oft'])('PEFT: %s', async (kind) => {
    const files = peftLayout(await readAdapter(join(golden, kind)), options);
    expect(written(files)).toEqual(await tensorsOf(join(golden, kind, 'adapter_model.safetensors')));
    const config = files.find(({kind: k}) => k === 'json');
    expect(config?.kind === 'json' && config.value).toEqual(
      JSON.parse(await readFile(join(golden, kind, 'adapter_config.json'), 'utf8')),
    );
  });

  test('PEFT: rank and alpha patterns that name every module stay as they were', async () => {
    const read = await readAdapter(join(golden, 'lora'));
    const patterns = {
      r: 16,
      lora_alpha: 32,
      rank_pattern: {'layers.0': 2, '.*_proj': 4},
      alpha_pattern: {'.*_proj': 8},
    };
    const config = {...read.config, ...patterns};
    const json = peftLayout({...read, config}, options).find(({kind}) => kind === 'json');
    expect(json).toMatchObject({value: config});
  });

  test.each(['lokr', 'loha'])('LyCORIS: %s', async (kind) => {
    const files = lycorisLayout(await readAdapter(join(golden, kind)), options);
    expect(written(files)).toEqual(await tensorsOf(join(golden, kind, `${kind}_weights.safetensors`)));
  });
});

/** Writes one of the layouts' single files and reads it back as a consumer would. */
async function readBack(files: readonly LayoutFile[]): Promise<Adapter> {
  const folder = await temporaryFolder();
  const file = files.find(({kind}) => kind === 'safetensors');
  if (file?.kind !== 'safetensors') throw new Error('Expected a safetensors file');
  const path = join(folder, file.name);
  const tensors = Object.entries(file.tensors).map(([name, tensor]) => ({name, ...tensor}));
  await writeSafetensors(path, {tensors, metadata: file.metadata});
  return readAdapter(path);
}

describe('every consumer computes the weight change that was trained', () => {
  test.each([
    [
      'ComfyUI, trained scale',
      (a: Adapter) => comfyuiLayout(a, {...options, ...undecomposed, prefix: comfyuiPrefix('generic')}),
    ],
    [
      'ComfyUI, baked scale',
      (a: Adapter) =>
        comfyuiLayout(bakeScale(a), {...options, ...undecomposed, prefix: comfyuiPrefix('native')}),
    ],
    ['diffusers, trained scale', (a: Adapter) => diffusersLayout(a, options)],
    ['diffusers, baked scale', (a: Adapter) => diffusersLayout(bakeScale(a), options)],
  ])('%s', async (_, layout) => {
    const adapter = await readAdapter(join(golden, 'lora'));
    const back = await readBack(layout(adapter));
    expect(back.modules.map(({name}) => name)).toEqual(adapter.modules.map(({name}) => name));
    for (const [i, module] of adapter.modules.entries()) {
      expect(factorDot(module, module)).toBeGreaterThan(0);
      expect(deltaDifference(module, back.modules[i]!)).toBeLessThan(1e-6);
    }
  });

  test('a lost scale is seen: half the strength differs by half', async () => {
    const [module] = (await readAdapter(join(golden, 'lora'))).modules;
    expect(deltaDifference(module!, {...module!, scale: module!.scale / 2})).toBeCloseTo(0.5, 6);
  });
});

test.each(['BF16', 'F16', 'F32'] as const)('a file of %s is known as one, alphas aside', async (dtype) => {
  const adapter = await readAdapter(join(golden, 'lora'));
  const files = comfyuiLayout(adapter, {
    ...options,
    ...undecomposed,
    dtype,
    prefix: comfyuiPrefix('generic'),
  });
  expect((await readBack(files)).dtype).toBe(dtype);
});

test.each([
  ['lycoris_layers_0_cross_attn_k_proj', 'layers.0.cross_attn.k_proj'],
  ['lycoris_layers_12_mlp_gate_proj', 'layers.12.mlp.gate_proj'],
  ['lycoris_time_embed_linear_1', 'time_embed.linear_1'],
  ['lycoris_time_embed_r_time_proj', 'time_embed_r.time_proj'],
  ['lycoris_condition_embedder', 'condition_embedder'],
  ['lycoris_proj_in_1', 'proj_in.1'],
])('%s is %s', (written, path) => {
  expect(decoderModule(written)).toBe(path);
});

/** Names of `AceStepTransformer1DModel` in diffusers 0.40, which its LoRA loader looks modules up by. */
test.each([
  ['layers.0.self_attn.q_proj', 'layers.0.self_attn.to_q'],
  ['layers.0.cross_attn.k_proj', 'layers.0.cross_attn.to_k'],
  ['layers.1.cross_attn.v_proj', 'layers.1.cross_attn.to_v'],
  ['layers.1.self_attn.o_proj', 'layers.1.self_attn.to_out.0'],
  ['layers.1.mlp.down_proj', 'layers.1.mlp.down_proj'],
  ['proj_in.1', 'proj_in_conv'],
  ['time_embed_r.time_proj', 'time_embed_r.time_proj'],
  ['condition_embedder', 'condition_embedder'],
])('%s is %s in diffusers', (module, name) => {
  expect(diffusersName(module)).toBe(name);
  expect(decoderModule(`transformer.${name}`)).toBe(module);
  expect(decoderModule(`lora_transformer_${name.replaceAll('.', '_')}`)).toBe(module);
});
