import {floatTensor} from '../format/float-bits.js';
import type {Tensor} from '../format/tensor.js';
import type {Matrix} from './adapter.js';
import {scalarOf, toMatrix} from './factors.js';

/**
 * The same LoKr or LoHa factors in their plainest form: no Tucker cores (core and inner factor multiplied out: the rank stays
 * what it was), no learned scalar (multiplied into the first factor, as LyCORIS saves it), convolutions flattened to matrices.
 */
export function plainFactors(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const plain: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name === 'scalar' || /_t[12]$/.test(name)) continue;
    plain[name] = /^(lokr|hada)_w/.test(name) ? matrixTensor(toMatrix(tensor)) : tensor;
  }
  for (const [core, outer, inner] of CORES) {
    const [t, a, b] = [tensors[core], tensors[outer], tensors[inner]];
    if (t === undefined || a === undefined || b === undefined) continue;
    plain[outer] = matrixTensor(transposed(toMatrix(a)));
    plain[inner] = matrixTensor(withCore(t, toMatrix(b)));
  }
  if (tensors.scalar !== undefined) scaleFirst(plain, scalarOf(tensors.scalar));
  return plain;
}

const CORES = [
  ['lokr_t2', 'lokr_w2_a', 'lokr_w2_b'],
  ['hada_t1', 'hada_w1_a', 'hada_w1_b'],
  ['hada_t2', 'hada_w2_a', 'hada_w2_b'],
] as const;

/** B[i, (c, k)] = Σ_j core[i, j, k] · inner[j, c]: what is between the outer factor and the input. */
function withCore(core: Tensor, inner: Matrix): Matrix {
  const [rank = 1, middle = 1] = core.shape;
  const taps = core.shape.slice(2).reduce((a, b) => a * b, 1);
  const values = toMatrix(core).data;
  const data = new Float32Array(rank * inner.cols * taps);
  for (let i = 0; i < rank; i += 1)
    for (let c = 0; c < inner.cols; c += 1)
      for (let k = 0; k < taps; k += 1) {
        let sum = 0;
        for (let j = 0; j < middle; j += 1)
          sum += values[(i * middle + j) * taps + k]! * inner.data[j * inner.cols + c]!;
        data[(i * inner.cols + c) * taps + k] = sum;
      }
  return {rows: rank, cols: inner.cols * taps, data};
}

function transposed({rows, cols, data}: Matrix): Matrix {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < cols; j += 1) out[j * rows + i] = data[i * cols + j]!;
  return {rows: cols, cols: rows, data: out};
}

function scaleFirst(tensors: Record<string, Tensor>, scalar: number): void {
  const name = ['lokr_w1', 'lokr_w1_a', 'hada_w1_a'].find((first) => tensors[first] !== undefined);
  if (name === undefined) return;
  const {rows, cols, data} = toMatrix(tensors[name]!);
  tensors[name] = matrixTensor({rows, cols, data: data.map((value) => value * scalar)});
}

function matrixTensor({data, rows, cols}: Matrix): Tensor {
  return floatTensor(data, [rows, cols], 'F32');
}
