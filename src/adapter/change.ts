import type {Matrix} from './adapter.js';

/** What is added to one weight `[rows, cols]`, formed a row at a time: whole, all of a real model's would fill memory. */
export interface WeightChange {
  readonly rows: number;
  readonly cols: number;
  /** Adds row `i` to `into` `[cols]`. */
  readonly addRow: (i: number, into: Float64Array) => void;
  /** Of a low-rank change alone: what has closed forms. */
  readonly factors?: {readonly up: Matrix; readonly down: Matrix; readonly scale: number};
}

/** scale · up · down (Hu et al. 2021): up `[rows, rank]`, down `[rank, cols]`. */
export function lowRank(up: Matrix, down: Matrix, scale: number): WeightChange {
  const {cols} = down;
  const addRow = (i: number, into: Float64Array) => {
    for (let r = 0; r < up.cols; r += 1) {
      const factor = scale * up.data[i * up.cols + r]!;
      if (factor === 0) continue;
      const start = r * cols;
      for (let j = 0; j < cols; j += 1) into[j]! += factor * down.data[start + j]!;
    }
  };
  return {rows: up.rows, cols, addRow, factors: {up, down, scale}};
}

/**
 * scale · left ⊗ right (LoKr; Yeh et al. 2023). A convolution's right factor is flattened to `[rows, in · taps]`: its product
 * is then the flattened product.
 */
export function kronecker(left: Matrix, right: Matrix, scale: number): WeightChange {
  const addRow = (i: number, into: Float64Array) => {
    const [l, r] = [Math.floor(i / right.rows), i % right.rows];
    for (let j = 0; j < left.cols; j += 1) {
      const factor = scale * left.data[l * left.cols + j]!;
      for (let k = 0; k < right.cols; k += 1)
        into[j * right.cols + k]! += factor * right.data[r * right.cols + k]!;
    }
  };
  return {rows: left.rows * right.rows, cols: left.cols * right.cols, addRow};
}

/** scale · left ∘ right, element by element (LoHa; Hyeon-Woo et al. 2022). */
export function hadamard(left: WeightChange, right: WeightChange, scale: number): WeightChange {
  const [a, b] = [new Float64Array(left.cols), new Float64Array(right.cols)];
  const addRow = (i: number, into: Float64Array) => {
    left.addRow(i, a.fill(0));
    right.addRow(i, b.fill(0));
    for (let j = 0; j < left.cols; j += 1) into[j]! += scale * a[j]! * b[j]!;
  };
  return {rows: left.rows, cols: left.cols, addRow};
}

/** Matrix product in f32, for the small factors of factors. */
export function product(a: Matrix, b: Matrix): Matrix {
  const data = new Float32Array(a.rows * b.cols);
  const row = new Float64Array(b.cols);
  const change = lowRank(a, b, 1);
  for (let i = 0; i < a.rows; i += 1) {
    change.addRow(i, row.fill(0));
    data.set(row, i * b.cols);
  }
  return {rows: a.rows, cols: b.cols, data};
}
