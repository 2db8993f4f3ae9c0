import type {Adapter, AdapterModule} from './adapter.js';

/** PEFT: alpha / r, or alpha / √r with rs_lora (Kalajdzievski 2023). */
export function peftScale(alpha: number, rank: number, rsLora: 'rs_lora' | 'plain'): number {
  return alpha / (rsLora === 'rs_lora' ? Math.sqrt(rank) : rank);
}

/**
 * The same weight change with the scale multiplied into `up`, so that alpha equals rank: programs that ignore alpha, read
 * it per file or read it per module then all agree. Adapters without LoRA factors are returned as they are.
 */
export function bakeScale(adapter: Adapter): Adapter {
  return {...adapter, modules: adapter.modules.map(bakeModule)};
}

function bakeModule(module: AdapterModule): AdapterModule {
  const {weights, rank, scale} = module;
  if (weights.kind !== 'lora') return module;
  const up = {...weights.up, data: weights.up.data.map((value) => value * scale)};
  return {...module, weights: {...weights, up}, alpha: rank, scale: 1};
}

/** PEFT's lookup: a pattern is a regular expression that must match the end of the path, after a dot or from its start. */
export function patternValue(patterns: unknown, name: string): number | undefined {
  if (typeof patterns !== 'object' || patterns === null) return undefined;
  const found = Object.entries(patterns).find(([pattern]) => new RegExp(`^(.*\\.)?(${pattern})$`).test(name));
  return found === undefined ? undefined : Number(found[1]);
}
