import type {AdapterModule, Matrix} from './adapter.js';

/**
 * ⟨A, B⟩ of two modules' scale · up · down without forming the products: the trace of (upᵀ up)(down downᵀ), two rank × rank
 * matrices. Undefined for modules without LoRA factors, or of other shapes.
 */
export function factorDot(a: AdapterModule, b: AdapterModule): number | undefined {
  const [left, right] = [a.weights, b.weights];
  if (left.kind !== 'lora' || right.kind !== 'lora') return undefined;
  if (left.up.rows !== right.up.rows || left.down.cols !== right.down.cols) return undefined;
  return a.scale * b.scale * productDot(left.up, left.down, right.up, right.down);
}

/** ‖A − B‖ / ‖A‖ of the weight changes of one module in two adapters; ‖B‖ when A is 0. */
export function deltaDifference(expected: AdapterModule, found: AdapterModule): number {
  const [a, b] = [expected.weights, found.weights];
  if (a.kind !== 'lora' || b.kind !== 'lora') throw new TypeError('Expected modules with LoRA factors');
  return factorDifference({...a, scale: expected.scale}, {...b, scale: found.scale}).relative;
}

interface Scaled {
  readonly up: Matrix;
  readonly down: Matrix;
  readonly scale: number;
}

/** The same of two products scale · up · down, with the size of the first; infinite where their shapes differ. */
export function factorDifference(a: Scaled, b: Scaled): {readonly relative: number; readonly size: number} {
  if (a.up.rows !== b.up.rows || a.down.cols !== b.down.cols) return {relative: Infinity, size: Number.NaN};
  const aa = a.scale ** 2 * productDot(a.up, a.down, a.up, a.down);
  const bb = b.scale ** 2 * productDot(b.up, b.down, b.up, b.down);
  const ab = a.scale * b.scale * productDot(a.up, a.down, b.up, b.down);
  const squared = Math.max(0, aa + bb - 2 * ab);
  return {relative: aa === 0 ? Math.sqrt(bb) : Math.sqrt(squared / aa), size: Math.sqrt(aa)};
}

/** ⟨u1 d1, u2 d2⟩ = trace((u1ᵀ u2)(d2 d1ᵀ)), summed in double precision. */
export function productDot(u1: Matrix, d1: Matrix, u2: Matrix, d2: Matrix): number {
  const ups = columnDots(u1, u2); // [r1, r2]
  const downs = rowDots(d1, d2); // [r1, r2]
  return ups.reduce((sum, value, i) => sum + value * downs[i]!, 0);
}

/** Entry (i, j): column i of a with column j of b. */
function columnDots(a: Matrix, b: Matrix): Float64Array {
  const dots = new Float64Array(a.cols * b.cols);
  for (let row = 0; row < a.rows; row++) {
    for (let i = 0; i < a.cols; i++) {
      const left = a.data[row * a.cols + i]!;
      for (let j = 0; j < b.cols; j++) dots[i * b.cols + j]! += left * b.data[row * b.cols + j]!;
    }
  }
  return dots;
}

/** Entry (i, j): row i of a with row j of b. */
function rowDots(a: Matrix, b: Matrix): Float64Array {
  const dots = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.cols; k++) sum += a.data[i * a.cols + k]! * b.data[j * b.cols + k]!;
      dots[i * b.rows + j] = sum;
    }
  }
  return dots;
}
