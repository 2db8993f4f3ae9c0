import type {JsonObject} from '../base/json.js';
import type {Tensor} from '../format/tensor.js';
import type {Adapter, AdapterKind, AdapterModule} from './adapter.js';
import {groupByModule, requirePart, toMatrix} from './factors.js';
import {PEFT_PREFIX} from './module-name.js';
import type {AdapterFile} from './read.js';
import {patternValue, peftScale} from './scale.js';

const PARTS = /^(.*)\.(lora_A\.weight|lora_B\.weight|lora_magnitude_vector|oft_R\.weight)$/;

/** A PEFT folder's weights and configuration. */
export function readPeft(file: AdapterFile, config: JsonObject): Adapter {
  const {modules, others, dtype} = groupByModule(file.tensors, splitPeftName);
  const kind = kindOf(config);
  return {
    kind,
    modules: modules.map(([name, parts]) =>
      kind === 'oft' ? oftModule(name, parts) : loraModule({name, parts, where: file.path}, config),
    ),
    config,
    dtype,
    metadata: file.metadata,
    others,
  };
}

export function splitPeftName(name: string): readonly [string, string] | undefined {
  const match = PARTS.exec(name);
  if (!match) return undefined;
  return [match[1]!.startsWith(PEFT_PREFIX) ? match[1]!.slice(PEFT_PREFIX.length) : match[1]!, match[2]!];
}

function kindOf(config: JsonObject): AdapterKind {
  if (config.peft_type === 'OFT') return 'oft';
  return config.use_dora === true ? 'dora' : 'lora';
}

interface Found {
  readonly name: string;
  readonly parts: Readonly<Record<string, Tensor>>;
  readonly where: string;
}

/** Rank from the factors themselves, alpha from `alpha_pattern` or `lora_alpha`, as PEFT resolves them. */
export function loraModule({name, parts, where}: Found, config: JsonObject): AdapterModule {
  const down = toMatrix(requirePart(parts, 'lora_A.weight', `${where}: ${name}`));
  const up = toMatrix(requirePart(parts, 'lora_B.weight', `${where}: ${name}`));
  const magnitude = parts.lora_magnitude_vector;
  const alpha = patternValue(config.alpha_pattern, name) ?? Number(config.lora_alpha ?? down.rows);
  return {
    name,
    weights: {kind: 'lora', down, up, ...(magnitude && {magnitude: toMatrix(magnitude).data})},
    rank: down.rows,
    alpha,
    scale: peftScale(alpha, down.rows, config.use_rslora === true ? 'rs_lora' : 'plain'),
  };
}

function oftModule(name: string, tensors: Readonly<Record<string, Tensor>>): AdapterModule {
  return {name, weights: {kind: 'opaque', tensors}, rank: 0, alpha: 0, scale: 1};
}
