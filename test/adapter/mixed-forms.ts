import {floatTensor} from '../../src/format/float-bits.js';
import type {Tensor} from '../../src/format/tensor.js';

/** An adapter file whose modules differ in form, and what it adds to each weight, row by row. */
export interface MixedForms {
  readonly name: 'lokr' | 'loha';
  readonly tensors: readonly (Tensor & {readonly name: string})[];
  readonly changes: ReadonlyMap<string, Float64Array>;
}

interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

let drawn = 1;

/** Numbers between -1 and 1 that binary fractions hold exactly. */
function numbers(...shape: readonly number[]): {shape: readonly number[]; data: Float64Array} {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({length: count}, () => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    return ((drawn % 2048) - 1024) / 1024;
  });
  return {shape, data};
}

const matrix = ({shape, data}: ReturnType<typeof numbers>): Matrix => ({
  rows: shape[0]!,
  cols: data.length / shape[0]!,
  data,
});

function product(a: Matrix, b: Matrix): Matrix {
  const data = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i += 1)
    for (let k = 0; k < a.cols; k += 1)
      for (let j = 0; j < b.cols; j += 1)
        data[i * b.cols + j]! += a.data[i * a.cols + k]! * b.data[k * b.cols + j]!;
  return {rows: a.rows, cols: b.cols, data};
}

function kronecker(a: Matrix, b: Matrix, scale: number): Float64Array {
  const cols = a.cols * b.cols;
  const at = (i: number, j: number) =>
    scale *
    a.data[Math.floor(i / b.rows) * a.cols + Math.floor(j / b.cols)]! *
    b.data[(i % b.rows) * b.cols + (j % b.cols)]!;
  return Float64Array.from({length: a.rows * b.rows * cols}, (_, i) => at(Math.floor(i / cols), i % cols));
}

/** out[p, (q, tap)] = Σ core[i, j, tap] · outer[i, p] · inner[j, q] */
function tucker(core: ReturnType<typeof numbers>, outer: Matrix, inner: Matrix): Matrix {
  const [rank, middle, taps] = core.shape as [number, number, number];
  const data = new Float64Array(outer.cols * inner.cols * taps);
  for (let p = 0; p < outer.cols; p += 1)
    for (let q = 0; q < inner.cols; q += 1)
      for (let tap = 0; tap < taps; tap += 1)
        for (let i = 0; i < rank; i += 1)
          for (let j = 0; j < middle; j += 1)
            data[(p * inner.cols + q) * taps + tap]! +=
              core.data[(i * middle + j) * taps + tap]! *
              outer.data[i * outer.cols + p]! *
              inner.data[j * inner.cols + q]!;
  return {rows: outer.cols, cols: inner.cols * taps, data};
}

class File {
  readonly tensors: (Tensor & {readonly name: string})[] = [];
  readonly changes = new Map<string, Float64Array>();

  put(module: string, parts: Readonly<Record<string, ReturnType<typeof numbers>>>): void {
    for (const [part, {shape, data}] of Object.entries(parts))
      this.tensors.push({
        name: `lycoris_${module.replaceAll('.', '_')}.${part}`,
        ...floatTensor(Float32Array.from(data), shape, 'F32'),
      });
  }
}

const alpha = (value: number) => ({shape: [], data: Float64Array.of(value)});

/**
 * Weights of the fixture of width 32: q_proj [32, 32], k_proj and v_proj [16, 32], gate_proj [64, 32], proj_in.1 [32, 24, 2]. None of the
 * splits is the one that LyCORIS would choose by itself.
 */
export function mixedForms(): MixedForms[] {
  return [
    {name: 'lokr', ...lokr()},
    {name: 'loha', ...loha()},
  ];
}

function lokr(): File {
  const file = new File();
  const whole = {lokr_w1: numbers(8, 4), lokr_w2: numbers(4, 8)};
  file.put('layers.0.self_attn.q_proj', {...whole, alpha: alpha(3)}); // counts for nothing without a rank
  file.changes.set('layers.0.self_attn.q_proj', kronecker(matrix(whole.lokr_w1), matrix(whole.lokr_w2), 1));
  const half = {lokr_w1: numbers(2, 2), lokr_w2_a: numbers(8, 3), lokr_w2_b: numbers(3, 16)};
  file.put('layers.0.self_attn.k_proj', {...half, alpha: alpha(6)});
  const w2 = product(matrix(half.lokr_w2_a), matrix(half.lokr_w2_b));
  file.changes.set('layers.0.self_attn.k_proj', kronecker(matrix(half.lokr_w1), w2, 2));
  const both = {
    lokr_w1_a: numbers(4, 2),
    lokr_w1_b: numbers(2, 8),
    lokr_w2_a: numbers(4, 2),
    lokr_w2_b: numbers(2, 4),
  };
  file.put('layers.1.cross_attn.v_proj', both); // no alpha
  const [left, right] = [
    product(matrix(both.lokr_w1_a), matrix(both.lokr_w1_b)),
    product(matrix(both.lokr_w2_a), matrix(both.lokr_w2_b)),
  ];
  file.changes.set('layers.1.cross_attn.v_proj', kronecker(left, right, 1));
  const patches = {lokr_w1: numbers(4, 3), lokr_w2: numbers(8, 16)}; // 8 channels of 2 taps, flattened
  file.put('proj_in.1', patches);
  file.changes.set('proj_in.1', kronecker(matrix(patches.lokr_w1), matrix(patches.lokr_w2), 1));
  return file;
}

function loha(): File {
  const file = new File();
  const pair = (name: string, [out, rank, columns]: readonly [number, number, number]) => ({
    [`${name}_a`]: numbers(out, rank),
    [`${name}_b`]: numbers(rank, columns),
  });
  const modules = [
    {name: 'layers.0.self_attn.q_proj', size: [32, 3, 32], alpha: 6},
    {name: 'layers.0.self_attn.k_proj', size: [16, 2, 32], alpha: undefined},
    {name: 'layers.1.mlp.gate_proj', size: [64, 4, 32], alpha: 2},
  ] as const;
  for (const module of modules) {
    const parts = {...pair('hada_w1', module.size), ...pair('hada_w2', module.size)};
    file.put(module.name, {...parts, ...(module.alpha && {alpha: alpha(module.alpha)})});
    const halves = ['hada_w1', 'hada_w2'].map((name) =>
      product(matrix(parts[`${name}_a`]!), matrix(parts[`${name}_b`]!)),
    );
    const scale = module.alpha === undefined ? 1 : module.alpha / module.size[1];
    file.changes.set(
      module.name,
      halves[0]!.data.map((value, i) => scale * value * halves[1]!.data[i]!),
    );
  }
  const half = (index: number) => ({
    [`hada_t${index}`]: numbers(2, 2, 2),
    [`hada_w${index}_a`]: numbers(2, 32),
    [`hada_w${index}_b`]: numbers(2, 24),
  });
  const cores = {...half(1), ...half(2)};
  const wide = (index: number) => ({...cores[`hada_t${index}`]!, shape: [2, 2, 2, 1]}); // as PEFT writes it
  file.put('proj_in.1', {...cores, hada_t1: wide(1), hada_t2: wide(2), alpha: alpha(2)});
  const [first, second] = [1, 2].map((index) =>
    tucker(cores[`hada_t${index}`]!, matrix(cores[`hada_w${index}_a`]!), matrix(cores[`hada_w${index}_b`]!)),
  );
  file.changes.set(
    'proj_in.1',
    first!.data.map((value, i) => value * second!.data[i]!),
  );
  return file;
}
