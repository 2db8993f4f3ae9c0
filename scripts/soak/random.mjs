// Chance that can be repeated.

/** mulberry32 by T. Ettinger, public domain: numbers in [0, 1), the same for the same seed on every machine. */
function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All the draws a round makes, from its seed. */
export function chanceOf(seed) {
  const next = mulberry32(seed);
  const below = (limit) => Math.floor(next() * limit);
  return {
    next,
    /** An integer in [0, limit). */
    below,
    /** An integer in [from, to]. */
    between: (from, to) => from + below(to - from + 1),
    pick: (list) => list[below(list.length)],
    happens: (share) => next() < share,
  };
}

/** The seed of the round after this one; short enough to type. */
export function nextSeed(seed) {
  return Math.floor(mulberry32(seed ^ 0x5eed)() * 1e9);
}
