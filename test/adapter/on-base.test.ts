import {cp} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, test} from 'vitest';
import {magnitudesOver} from '../../src/adapter/applied.js';
import {openBase} from '../../src/adapter/base-weights.js';
import {comfyuiLayout, comfyuiPrefix} from '../../src/adapter/layout.js';
import {fitToBase, magnitudesOverBase} from '../../src/adapter/on-base.js';
import {readAdapter, readWritten} from '../../src/adapter/read.js';
import {comfyuiReader} from '../../src/adapter/reader/comfyui.js';
import {peftReader} from '../../src/adapter/reader/peft.js';
import {verifyExport} from '../../src/adapter/verify.js';
import {writeLayoutFile} from '../../src/adapter/write.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {decoderLinears} from '../../src/model/decoder-linears.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = join(import.meta.dirname, '../golden');
let base_path: string;

/** The golden adapters' own base, under the names of a checkpoint. */
beforeEach(async () => {
  base_path = join(await temporaryFolder(), 'model.safetensors');
  await using weights = await openSafetensors(join(golden, 'decoder_base.safetensors'));
  const tensors = [];
  for (const name of weights.tensors.keys())
    tensors.push({name: name.replace('w/', ''), ...(await weights.read(name))});
  await writeSafetensors(base_path, {tensors});
});

test('a DoRA written for ComfyUI is read back as the one that was trained', async () => {
  await using base = await openBase(base_path);
  const trained = await fitToBase(await readAdapter(join(golden, 'peft_files/dora')), base);
  const files = comfyuiLayout(trained, {
    name: 'dora',
    dtype: 'F32',
    metadata: {},
    prefix: comfyuiPrefix('native'),
    dora_scales: await magnitudesOverBase(trained, base),
  });
  const folder = await temporaryFolder();
  for (const file of files) await writeLayoutFile(folder, file);
  const path = join(folder, 'dora.safetensors');
  const request = {trained, reader: comfyuiReader(undefined), layout: 'comfyui', dtype: 'F32', base} as const;
  expect((await verifyExport({...request, file: await readWritten(path)})).largest_difference).toBeLessThan(
    1e-5,
  );
  const back = await fitToBase(await readAdapter(path), base);
  for (const [i, {name, weights}] of trained.modules.entries()) {
    const found = back.modules[i]!.weights;
    if (weights.kind !== 'lora' || found.kind !== 'lora') return expect.fail(name);
    const wrong = weights.magnitude!.map((value, row) => value - found.magnitude![row]!);
    expect(Math.hypot(...wrong) / Math.hypot(...weights.magnitude!), name).toBeLessThan(1e-6);
  }
});

test('without a base there are no magnitudes over it', async () => {
  const trained = await readAdapter(join(golden, 'peft_files/dora'));
  await expect(magnitudesOverBase(trained, undefined)).rejects.toMatchObject({
    problem: {code: 'export/model-missing', message: expect.stringContaining('layers.0.cross_attn.k_proj')},
  });
});

test('magnitudes written as they are would be noticed', async () => {
  await using base = await openBase(base_path);
  const trained = await readAdapter(join(golden, 'peft_files/dora'));
  const file = await readWritten(join(golden, 'peft_files/comfyui_dora_native.safetensors')); // as upstream writes them
  const verified = verifyExport({
    trained,
    file,
    reader: comfyuiReader(undefined),
    layout: 'comfyui',
    dtype: 'F32',
    base,
  });
  await expect(verified).rejects.toMatchObject({problem: {code: 'export/shape-unread'}});
});

describe('a row without a norm', () => {
  /** One row of the weight, of its change, and its magnitude. */
  const rowOf = (weight: readonly number[], change: readonly number[], value: number) => ({
    weight: {rows: 1, cols: weight.length, data: Float32Array.from(weight)},
    applied: {
      change: {
        rows: 1,
        cols: change.length,
        addRow: (_row: number, into: Float64Array) => {
          for (const [j, x] of change.entries()) into[j]! += x;
        },
      },
      magnitude: {over: 'adapted' as const, values: Float32Array.of(value)},
    },
  });

  test.each([
    {name: 'of the base, which the adapter moved', row: rowOf([0, 0], [3, 4], 2)},
    {name: 'of both together', row: rowOf([3, 4], [-3, -4], 2)},
  ])('$name: no magnitude over the base makes the same of it', ({row: {weight, applied}}) => {
    expect(() => magnitudesOver('base', applied, {weight, module: 'layers.0.q_proj'})).toThrow(
      /Row 0 of layers\.0\.q_proj is zero/,
    );
  });

  test('and without magnitude stays nothing', () => {
    const {weight, applied} = rowOf([0, 0], [3, 4], 0);
    expect([...magnitudesOver('base', applied, {weight, module: 'm'})!]).toEqual([0]);
  });

  test('a row with both has m·‖W‖/‖V‖', () => {
    const {weight, applied} = rowOf([3, 4], [3, 4], 2);
    expect([...magnitudesOver('base', applied, {weight, module: 'm'})!]).toEqual([1]);
  });
});

test('modules whose change is zero are named', async () => {
  const adapter = await readAdapter(join(golden, 'peft_files/lora'));
  const zeroed = adapter.modules.slice(0, 2).map(({name}) => name);
  const folder = await temporaryFolder();
  const tensors = [];
  await using written = await openSafetensors(join(golden, 'peft_files/lora/adapter_model.safetensors'));
  for (const name of written.tensors.keys()) {
    const {data, ...tensor} = await written.read(name);
    const zero = name.includes('lora_B') && zeroed.some((module) => name.includes(`.${module}.`));
    tensors.push({name, ...tensor, data: zero ? new Uint8Array(data.length) : data});
  }
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), {tensors});
  await cp(join(golden, 'peft_files/lora/adapter_config.json'), join(folder, 'adapter_config.json'));
  const verified = await verifyExport({
    trained: await readAdapter(folder),
    file: await readWritten(join(folder, 'adapter_model.safetensors')),
    reader: peftReader,
    layout: 'peft',
    dtype: 'F32',
    base: undefined,
  });
  expect(verified.unchanged).toEqual(zeroed);
});

test.each(['lora', 'dora', 'lokr', 'loha'])('%s of another model is refused', async (kind) => {
  await using base = await openBase(join(golden, 'tiny_checkpoint/acestep-v15-turbo'));
  await expect(
    readAdapter(join(golden, 'peft_files', kind)).then((found) => fitToBase(found, base)),
  ).rejects.toMatchObject({
    problem: {code: 'adapter/other-model'},
  });
});

test.each([
  {name: '2B', config: {}, condition: [2048, 2048], key: [1024, 2048]},
  {
    name: 'XL',
    config: {hidden_size: 2560, encoder_hidden_size: 2048},
    condition: [2560, 2048],
    key: [1024, 2560],
  },
])('$name: every linear of the decoder has a name and a shape', ({config, condition, key}) => {
  const linears = decoderLinears(config);
  expect(linears.size).toBe(24 * 11 + 8);
  expect(linears.get('condition_embedder')).toEqual(condition);
  expect(linears.get('layers.23.cross_attn.k_proj')).toEqual(key);
});
