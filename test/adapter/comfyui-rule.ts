import type {SafetensorsFile} from '../../src/format/safetensors-read.js';
import {toFloat32} from '../../src/format/tensor.js';

/**
 * What ComfyUI makes of one weight, stated again from comfy/lora.py and comfy/weight_adapter (v0.3.77 to September 2026), with
 * PyTorch's broadcasting and nothing of ours: `weight_decompose` takes dora_scale / ‖W‖ rows where the first side is the weight's.
 */
export async function comfyuiWeight(
  file: SafetensorsFile,
  module: string,
  weight: Float64Array,
  [rows, cols]: readonly [number, number],
): Promise<Float64Array> {
  const flat = module.replaceAll('.', '_');
  const known = [
    `diffusion_model.decoder.${module}`,
    `base_model.model.${module}`,
    `lycoris_${flat}`,
    `lora_unet_decoder_${flat}`,
  ];
  const x = known.find((name) => [...file.tensors.keys()].some((tensor) => tensor.startsWith(`${name}.`)));
  if (x === undefined) return weight;
  const has = (part: string) => file.tensors.has(`${x}.${part}`);
  const read = async (part: string): Promise<Float64Array> =>
    Float64Array.from(toFloat32(await file.read(`${x}.${part}`)));
  const shape = (part: string) => file.tensors.get(`${x}.${part}`)!.shape;
  const product = async (a: string, b: string) =>
    multiply(await read(a), await read(b), shape(a)[0]!, shape(b)[0]!);
  const alpha = has('alpha') ? (await read('alpha'))[0]! : undefined;
  let change: Float64Array;
  let rank: number | undefined;
  if (has('lora_up.weight')) {
    rank = shape('lora_down.weight')[0]!;
    change = await product('lora_up.weight', 'lora_down.weight');
  } else if (has('hada_w1_a')) {
    rank = shape('hada_w1_b')[0]!;
    const [a, b] = [await product('hada_w1_a', 'hada_w1_b'), await product('hada_w2_a', 'hada_w2_b')];
    change = a.map((value, i) => value * b[i]!);
  } else {
    const factors: {data: Float64Array; rows: number; cols: number}[] = [];
    for (const name of ['lokr_w1', 'lokr_w2']) {
      const [r, c] = has(name) ? shape(name) : [shape(`${name}_a`)[0]!, shape(`${name}_b`)[1]!];
      if (!has(name)) rank = shape(`${name}_b`)[0]!;
      factors.push({
        data: has(name) ? await read(name) : await product(`${name}_a`, `${name}_b`),
        rows: r!,
        cols: c!,
      });
    }
    const [w1, w2] = factors as [(typeof factors)[0], (typeof factors)[0]];
    change = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        change[i * cols + j] =
          w1.data[Math.floor(i / w2.rows) * w1.cols + Math.floor(j / w2.cols)]! *
          w2.data[(i % w2.rows) * w2.cols + (j % w2.cols)]!;
  }
  const scale = alpha === undefined || rank === undefined ? 1 : alpha / rank;
  const calc = weight.map((value, i) => value + scale * change[i]!);
  if (!has('dora_scale')) return calc;
  const dora = await read('dora_scale');
  const dora_shape = shape('dora_scale');
  const norms = Array.from({length: rows}, (_, i) =>
    Math.hypot(...weight.subarray(i * cols, (i + 1) * cols)),
  );
  // [out] / [out, 1] is a square matrix: element (i, j) is dora[j] / norms[i], and fits only a square weight.
  if (dora_shape.length === 1 && rows !== cols)
    throw new Error('ERROR lora: the sizes of the tensors must match');
  return calc.map((value, at) => {
    const [i, j] = [Math.floor(at / cols), at % cols];
    return (value * dora[dora_shape.length === 1 ? j : i]!) / norms[i]!;
  });
}

/** a [n, r] · b [r, …] */
function multiply(a: Float64Array, b: Float64Array, n: number, r: number): Float64Array {
  const cols = b.length / r;
  const out = new Float64Array(n * cols);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < r; k++)
      for (let j = 0; j < cols; j++) out[i * cols + j]! += a[i * r + k]! * b[k * cols + j]!;
  return out;
}
