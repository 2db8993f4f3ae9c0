/**
 * MT19937 (Matsumoto & Nishimura 1998) with the seeding and integer draws of CPython's `random.Random`, so that lists
 * shuffled by upstream's Python code can be shuffled here in the same order.
 */
export interface PythonRandom {
  /** Uniform in [0, bound) by drawing bits until they fit (`Random._randbelow_with_getrandbits`); bound at most 2^32. */
  below(bound: number): number;
}

const size = 624;
const middle = 397;

/** `random.Random(seed)` for a seed from 0 to 2^53 - 1. */
export function pythonRandom(seed: number): PythonRandom {
  const state = initByArray(seedWords(seed));
  let next = size;
  const word = () => {
    if (next === size) {
      regenerate(state);
      next = 0;
    }
    return temper(state[next++]!);
  };
  return {
    below(bound) {
      const bits = 32 - Math.clz32(bound);
      for (;;) {
        const draw = bits === 0 ? 0 : word() >>> (32 - bits);
        if (draw < bound) return draw;
      }
    },
  };
}

/** `random.shuffle`: swaps every position, from the last down to the second, with one at or below it. */
export function pythonShuffle<T>(items: readonly T[], random: PythonRandom): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i >= 1; i -= 1) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  return shuffled;
}

/** CPython hands the integer to init_by_array as 32-bit words, least significant first, at least one. */
function seedWords(seed: number): number[] {
  const high = Math.floor(seed / 2 ** 32);
  return high === 0 ? [seed >>> 0] : [seed >>> 0, high];
}

function initBySeed(seed: number): Uint32Array {
  const state = new Uint32Array(size);
  state[0] = seed;
  for (let i = 1; i < size; i += 1) state[i] = Math.imul(1812433253, mixed(state[i - 1]!)) + i;
  return state;
}

function initByArray(key: readonly number[]): Uint32Array {
  const state = initBySeed(19650218);
  let i = 1;
  for (let k = 0, j = 0; k < Math.max(size, key.length); k += 1, j = (j + 1) % key.length) {
    state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1664525)) + key[j]! + j;
    i = advance(state, i);
  }
  for (let k = 0; k < size - 1; k += 1) {
    state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1566083941)) - i;
    i = advance(state, i);
  }
  state[0] = 0x80000000;
  return state;
}

function mixed(word: number): number {
  return word ^ (word >>> 30);
}

/** Next index of the seeding loops, which wrap around past index 0 and carry the last word into it. */
function advance(state: Uint32Array, i: number): number {
  if (i + 1 < size) return i + 1;
  state[0] = state[size - 1]!;
  return 1;
}

function regenerate(state: Uint32Array): void {
  for (let i = 0; i < size; i += 1) {
    const bits = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
    state[i] = state[(i + middle) % size]! ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}
