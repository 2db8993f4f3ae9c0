import {SidestepError} from '../base/problem.js';
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

/** What a pattern is looked up for, and where it is written. */
export interface PatternLookup {
  readonly name: string;
  /** For messages. */
  readonly where: string;
  readonly setting: string;
}

/**
 * PEFT's lookup: the first pattern that, as a regular expression, matches the end of the path, after a dot or from its start.
 * Throws `adapter/config-invalid` for a pattern that is no regular expression, and for a value that is no number.
 */
export function patternValue(patterns: unknown, lookup: PatternLookup): number | undefined {
  if (typeof patterns !== 'object' || patterns === null) return undefined;
  for (const [pattern, value] of Object.entries(patterns)) {
    if (!expression(pattern, lookup).test(lookup.name)) continue;
    if (typeof value === 'number' && value > 0) return value;
    throw invalid(lookup, `gives ${JSON.stringify(value)} for ${JSON.stringify(pattern)}, expected a number`);
  }
  return undefined;
}

function expression(pattern: string, lookup: PatternLookup): RegExp {
  try {
    return new RegExp(`^(.*\\.)?(${pattern})$`);
  } catch (error) {
    const why =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
    throw invalid(lookup, `holds ${JSON.stringify(pattern)}, which is no regular expression: ${why}`);
  }
}

function invalid({where, setting}: PatternLookup, what: string): SidestepError {
  return new SidestepError({
    code: 'adapter/config-invalid',
    message: `${where}: ${setting} ${what}`,
    hint: 'PEFT matches patterns with the end of a module\'s path: "q_proj" or ".*_proj", not "*q_proj".',
  });
}
