/** Pure: of so many samples, how many a validation fraction holds out: at least one, never all. */
export function heldOutCount(samples: number, fraction: number): number {
  if (fraction === 0 || samples < 2) return 0;
  return Math.min(samples - 1, Math.max(1, Math.round(fraction * samples)));
}
