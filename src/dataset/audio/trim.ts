import type {Planar} from './audio-format.js';

/** Those samples of a piece, whose first has the number `first`, that are within [start, end). Shares memory. */
export function between(
  planes: Planar,
  first: number,
  {start, end}: {readonly start: number; readonly end: number},
): Planar {
  const from = Math.max(0, start - first);
  const to = Math.max(from, end - first);
  return planes.map((plane) => plane.subarray(from, to));
}
