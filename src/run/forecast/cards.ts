/** Cards that a plan can be made for without having one: GiB of memory by the name that `--card` takes. `sidestep_bench predict`
 * knows the same ones, with their speed (native/bench/ceilings.cpp). */
export const cards = {
  '3060': 12,
  '4060': 8,
  '4070': 12,
  '4090': 24,
  '5090': 32,
  a100: 80,
  h100: 80,
  h200: 141,
} as const;
export type CardName = keyof typeof cards;

/** Pure: what stages that may run on a card would count on there. */
export function memoryOfCard(name: CardName): number {
  return cards[name] * 2 ** 30;
}
