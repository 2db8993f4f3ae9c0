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

/** Compute capability, ten times it, by the name that `--card` takes. */
export const capabilities: Readonly<Record<CardName, number>> = {
  '3060': 86,
  '4060': 89,
  '4070': 89,
  '4090': 89,
  '5090': 120,
  a100: 80,
  h100: 90,
  h200: 90,
};

/** Pure: what stages that may run on a card would count on there. */
export function memoryOfCard(name: CardName): number {
  return cards[name] * 2 ** 30;
}
