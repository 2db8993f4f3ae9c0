import type {JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {floatTensor} from '../format/float-bits.js';
import type {Tensor} from '../format/tensor.js';
import {parseUserObject} from '../format/user-json.js';
import type {AdapterModule} from './adapter.js';
import type {AdapterFile} from './adapter-file.js';
import {scalarOf, toMatrix} from './factors.js';
import type {FoundModule} from './found-module.js';
import {DORA_RULE} from './metadata.js';
import {patternValue} from './scale.js';

/**
 * A LoKr or LoHa module. Rank is the inner size of a factored matrix. With every matrix whole there is no rank, and LyCORIS applies
 * the product as it is, whatever alpha says.
 */
export function lycorisModule(found: FoundModule, file: AdapterFile): AdapterModule {
  const tensors = file.config === undefined ? named(found) : fromPeft(found, file.config);
  checkWhole(found, tensors);
  checkAxis(found, tensors.dora_scale);
  const alpha = tensors.alpha ? scalarOf(tensors.alpha) : 0;
  const rank = rankOf(tensors);
  return {
    name: found.name,
    weights: {kind: 'opaque', tensors},
    rank,
    alpha,
    scale: rank === 0 || alpha === 0 ? 1 : alpha / rank,
    ...(tensors.dora_scale &&
      file.metadata[DORA_RULE.key] === DORA_RULE.over_base && {magnitude_over: 'base'}),
  };
}

export function rankOf(tensors: Readonly<Record<string, Tensor>>): number {
  const inner = tensors.lokr_w2_b ?? tensors.lokr_w1_b ?? tensors.hada_w1_b;
  return inner?.shape[0] ?? 0;
}

function named({parts}: FoundModule): Record<string, Tensor> {
  return {...parts} as Record<string, Tensor>;
}

/** PEFT's own LoKr and LoHa scale by alpha / r in every case, also where both Kronecker factors are whole. */
function fromPeft(found: FoundModule, config: JsonObject): Record<string, Tensor> {
  const {path, where} = found;
  const setting = (key: string, fallback: number) => {
    const pattern = patternValue(config[key === 'r' ? 'rank_pattern' : 'alpha_pattern'], {
      name: path,
      where,
      setting: `${key}_pattern`,
    });
    return pattern ?? (typeof config[key] === 'number' ? config[key] : fallback);
  };
  const tensors = named(found);
  const scale = setting('alpha', 8) / setting('r', 8);
  const rank = rankOf(tensors);
  if (rank > 0) return {...tensors, alpha: floatTensor(Float32Array.of(scale * rank), [], 'F32')};
  const {data} = toMatrix(tensors.lokr_w1!);
  return {
    ...tensors,
    lokr_w1: floatTensor(
      data.map((value) => value * scale),
      tensors.lokr_w1!.shape,
      'F32',
    ),
  };
}

/** Every factor must be there: whole, or as a pair. */
function checkWhole({where}: FoundModule, tensors: Readonly<Record<string, Tensor>>): void {
  const family = Object.keys(tensors).some((name) => name.startsWith('hada_')) ? 'hada' : 'lokr';
  for (const factor of ['w1', 'w2']) {
    const whole = `${family}_${factor}`;
    const pair = [`${whole}_a`, `${whole}_b`] as const;
    if (tensors[whole] !== undefined || pair.every((name) => tensors[name] !== undefined)) continue;
    throw new SidestepError({
      code: 'adapter/incomplete',
      message: `${where} has no ${family === 'lokr' ? `${whole}, nor ` : ''}${pair.join(' and ')}; found ${Object.keys(tensors).sort().join(', ')}`,
      hint: 'The file was cut or written by a program that uses other names.',
    });
  }
}

function checkAxis({where}: FoundModule, dora_scale: Tensor | undefined): void {
  if (dora_scale === undefined || dora_scale.shape.slice(1).every((size) => size === 1)) return;
  throw new SidestepError({
    code: 'adapter/dora-axis',
    message: `${where}: dora_scale is [${dora_scale.shape}], expected one number for each row of the weight`,
    hint: 'Magnitudes of columns (LyCORIS with wd_on_output=False) are not read; use the adapter where it was made.',
  });
}

export function lycorisSettings(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  try {
    return parseUserObject(text, 'metadata');
  } catch {
    return {}; // settings are for people; the tensors say all that is needed
  }
}
