import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {AdapterModule, Matrix} from '../../src/adapter/adapter.js';
import {baseNorms, sumOfSquares} from '../../src/adapter/base-norms.js';
import {openBase} from '../../src/adapter/base-weights.js';
import {toMatrix} from '../../src/adapter/factors.js';
import {readAdapter} from '../../src/adapter/read.js';
import {changeDifference, weightChange} from '../../src/adapter/weight-change.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import type {Tensor} from '../../src/format/tensor.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = join(import.meta.dirname, '../golden/peft_files');

function multiply(a: Matrix, b: Matrix): Matrix {
  const data = new Float32Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.cols; j++)
      for (let k = 0; k < a.cols; k++)
        data[i * b.cols + j]! += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
  return {rows: a.rows, cols: b.cols, data};
}

function kronecker(a: Matrix, b: Matrix): number[] {
  return [...a.data].flatMap((left) => [...b.data].map((right) => left * right));
}

/** The whole LoKr weight change, formed element by element (in another order, which a norm does not see). */
function lokrChange({weights, scale}: AdapterModule): number[] {
  if (weights.kind !== 'opaque') throw new Error('expected LoKr');
  const factor = (name: string) => {
    const whole = weights.tensors[name];
    return whole === undefined
      ? multiply(toMatrix(weights.tensors[`${name}_a`]!), toMatrix(weights.tensors[`${name}_b`]!))
      : toMatrix(whole);
  };
  return kronecker(factor('lokr_w1'), factor('lokr_w2')).map((value) => value * scale);
}

const norm = (values: readonly number[]) => Math.hypot(...values);

test('a LoKr module’s size is that of the formed Kronecker product', async () => {
  const {modules, kind} = await readAdapter(join(golden, 'lokr'));
  for (const module of modules.slice(0, 3)) {
    const change = weightChange(module, kind);
    expect(change.kind === 'exact' && change.norm).toBeCloseTo(norm(lokrChange(module)), 4);
  }
});

test('a LoRA module’s size is that of the formed product', async () => {
  const [module] = (await readAdapter(join(golden, 'lora'))).modules;
  if (module?.weights.kind !== 'lora') throw new Error('expected LoRA');
  const formed = [...multiply(module.weights.up, module.weights.down).data].map(
    (value) => value * module.scale,
  );
  const change = weightChange(module, 'lora');
  expect(change.kind === 'exact' && change.norm).toBeCloseTo(norm(formed), 4);
});

test.each([
  ['dora', 'low_rank_part'],
  ['loha', 'no_closed_form'],
  ['oft', 'no_closed_form'],
])('%s says that its size is a %s', async (folder, kind) => {
  const adapter = await readAdapter(join(golden, folder));
  expect(weightChange(adapter.modules[0]!, adapter.kind).kind).toBe(kind);
});

test('the difference of two LoKr modules is that of the formed products', async () => {
  const {modules} = await readAdapter(join(golden, 'lokr'));
  const [a] = modules;
  const b = modules.find((module) => module.name === 'layers.1.cross_attn.k_proj')!;
  const [left, right] = [lokrChange(a!), lokrChange(b)];
  const expected = norm(left.map((value, i) => value - right[i]!)) / norm(left);
  expect(changeDifference(a!, b)).toBeCloseTo(expected, 4);
  expect(changeDifference(a!, a!)).toBeCloseTo(0, 6);
});

test('modules of different shapes have no difference', async () => {
  const lora = (await readAdapter(join(golden, 'lora'))).modules[0]!;
  const lokr = (await readAdapter(join(golden, 'lokr'))).modules[0]!;
  expect(changeDifference(lora, lokr)).toBeUndefined();
});

test('norms of base weights are found under both spellings, in every dtype', async () => {
  const path = join(await temporaryFolder(), 'model.safetensors');
  const bf16: Tensor = {dtype: 'BF16', shape: [2], data: new Uint8Array([0x40, 0x40, 0x80, 0xc0])}; // 3, -4
  const f32: Tensor = {dtype: 'F32', shape: [2], data: new Uint8Array(new Float32Array([6, 8]).buffer)};
  await writeSafetensors(path, {
    tensors: [
      {name: 'decoder.layers.0.self_attn.q_proj.weight', ...bf16},
      {name: 'layers.0.self_attn.k_proj.weight', ...f32},
    ],
  });
  const names = ['layers.0.self_attn.q_proj', 'layers.0.self_attn.k_proj', 'layers.9.self_attn.k_proj'];
  await using base = await openBase(path);
  expect([...(await baseNorms(base, names))].sort()).toEqual([
    ['layers.0.self_attn.k_proj', 10],
    ['layers.0.self_attn.q_proj', 5],
  ]);
  expect(sumOfSquares({dtype: 'F16', shape: [1], data: new Uint8Array([0x00, 0xc0])})).toBe(4); // -2
});
