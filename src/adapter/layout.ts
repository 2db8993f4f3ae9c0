import type {Json, JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {type FloatDType, floatTensor} from '../format/float-bits.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import type {Adapter, AdapterKind, AdapterModule, Matrix} from './adapter.js';
import {COMFYUI_PREFIXES, DIFFUSERS_PREFIX, diffusersName, lycorisName, PEFT_PREFIX} from './module-name.js';
import {patternValue, peftScale} from './scale.js';

/** One file of a layout, still in memory. */
export type LayoutFile =
  | {
      readonly kind: 'safetensors';
      readonly name: string;
      readonly tensors: Readonly<Record<string, Tensor>>;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | {readonly kind: 'json'; readonly name: string; readonly value: Json};

export interface LayoutOptions {
  /** File name without ending, for layouts that are one file. */
  readonly name: string;
  readonly dtype: FloatDType;
  /** Metadata beside what the layout itself needs. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** PEFT's folder: `adapter_config.json` and `adapter_model.safetensors` (`save_pretrained`). LoRA, DoRA and OFT. */
export function peftLayout(adapter: Adapter, options: LayoutOptions): LayoutFile[] {
  expectKind(adapter, 'PEFT', ['lora', 'dora', 'oft']);
  const tensors: Record<string, Tensor> = {...adapter.others};
  for (const module of adapter.modules) {
    const prefix = PEFT_PREFIX + module.name;
    const {weights} = module;
    if (weights.kind === 'opaque') {
      Object.assign(
        tensors,
        renamed(weights.tensors, (part) => `${prefix}.${part}`, options.dtype),
      );
      continue;
    }
    tensors[`${prefix}.lora_A.weight`] = matrixTensor(weights.down, options.dtype);
    tensors[`${prefix}.lora_B.weight`] = matrixTensor(weights.up, options.dtype);
    if (weights.magnitude)
      tensors[`${prefix}.lora_magnitude_vector`] = vectorTensor(weights.magnitude, options.dtype);
  }
  return [
    {kind: 'json', name: 'adapter_config.json', value: {...adapter.config, ...ownOrScaleConfig(adapter)}},
    {
      kind: 'safetensors',
      name: 'adapter_model.safetensors',
      tensors,
      metadata: {format: 'pt', ...options.metadata},
    },
  ];
}

/** LyCORIS' single file, tensors as LyCORIS names them. LoKr and LoHa. */
export function lycorisLayout(adapter: Adapter, options: LayoutOptions): LayoutFile[] {
  expectKind(adapter, 'LyCORIS', ['lokr', 'loha']);
  const tensors: Record<string, Tensor> = {...adapter.others};
  for (const {name, weights} of adapter.modules) {
    if (weights.kind === 'opaque')
      Object.assign(
        tensors,
        renamed(weights.tensors, (part) => `${lycorisName(name)}.${part}`, options.dtype),
      );
  }
  const config = {[`${adapter.kind}_config`]: JSON.stringify(adapter.config)};
  const metadata = {format: 'lycoris', algo: adapter.kind, ...config, ...options.metadata};
  return [{kind: 'safetensors', name: `${options.name}.safetensors`, tensors, metadata}];
}

/**
 * ComfyUI's single file: lora_A/B become lora_down/up with an alpha for each module, DoRA's magnitude becomes
 * `dora_scale`. LoKr and LoHa are read by ComfyUI as LyCORIS writes them. OFT has no ComfyUI form.
 */
export function comfyuiLayout(adapter: Adapter, options: LayoutOptions & {prefix: string}): LayoutFile[] {
  if (adapter.kind === 'lokr' || adapter.kind === 'loha') return lycorisLayout(adapter, options);
  expectKind(adapter, 'ComfyUI', ['lora', 'dora']);
  expectNoBiases(adapter, 'ComfyUI');
  const tensors: Record<string, Tensor> = {};
  for (const module of adapter.modules) {
    if (module.weights.kind !== 'lora') continue;
    const prefix = options.prefix + module.name;
    tensors[`${prefix}.lora_down.weight`] = matrixTensor(module.weights.down, options.dtype);
    tensors[`${prefix}.lora_up.weight`] = matrixTensor(module.weights.up, options.dtype);
    tensors[`${prefix}.alpha`] = floatTensor(Float32Array.of(module.scale * module.rank), [], 'F32');
    if (module.weights.magnitude)
      tensors[`${prefix}.dora_scale`] = vectorTensor(module.weights.magnitude, options.dtype);
  }
  return [
    {kind: 'safetensors', name: `${options.name}.safetensors`, tensors, metadata: {...options.metadata}},
  ];
}

export function comfyuiPrefix(style: keyof typeof COMFYUI_PREFIXES): string {
  return COMFYUI_PREFIXES[style];
}

/** diffusers' file, as its pipelines' `save_lora_weights` writes it: renamed projections, settings in the metadata. */
export function diffusersLayout(adapter: Adapter, options: LayoutOptions): LayoutFile[] {
  expectKind(adapter, 'diffusers', ['lora', 'dora']);
  expectNoBiases(adapter, 'diffusers');
  const tensors: Record<string, Tensor> = {};
  for (const {name, weights} of adapter.modules) {
    if (weights.kind !== 'lora') continue;
    const prefix = DIFFUSERS_PREFIX + diffusersName(name);
    tensors[`${prefix}.lora_A.weight`] = matrixTensor(weights.down, options.dtype);
    tensors[`${prefix}.lora_B.weight`] = matrixTensor(weights.up, options.dtype);
    if (weights.magnitude)
      tensors[`${prefix}.lora_magnitude_vector`] = vectorTensor(weights.magnitude, options.dtype);
  }
  const metadata = {format: 'pt', ...options.metadata, lora_adapter_metadata: diffusersSettings(adapter)};
  return [{kind: 'safetensors', name: 'pytorch_lora_weights.safetensors', tensors, metadata}];
}

function diffusersSettings(adapter: Adapter): string {
  const modules = adapter.modules.map((module) => ({...module, name: diffusersName(module.name)}));
  const scaling = peftScaleConfig({...adapter, modules}); // patterns must name modules as the file does
  const settings = {
    r: Math.max(...adapter.modules.map(({rank}) => rank)),
    ...scaling,
    target_modules: [...new Set(modules.map(({name}) => name))].sort(),
    use_dora: adapter.kind === 'dora',
    lora_dropout: 0,
    bias: 'none',
  };
  return JSON.stringify(
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [DIFFUSERS_PREFIX + key, value])),
  );
}

/** Settings that come with the adapter stay as they are while they give each module the rank and scale it has. */
function ownOrScaleConfig(adapter: Adapter): Record<string, Json> {
  return adapter.modules.every((module) => saysScale(adapter.config, module)) ? {} : peftScaleConfig(adapter);
}

/** Rank and alpha settings under which PEFT computes every module's scale; patterns only where modules differ. */
function peftScaleConfig(adapter: Adapter): Record<string, Json> {
  if (adapter.kind === 'oft') return {};
  const rank = mostCommon(adapter.modules.map((module) => module.rank));
  const rsLora = adapter.config.use_rslora === true && adapter.modules.some(({scale}) => scale !== 1);
  const alphaOf = (module: AdapterModule) => module.scale * (rsLora ? Math.sqrt(module.rank) : module.rank);
  const alpha = mostCommon(adapter.modules.map(alphaOf));
  const patterns = (of: (module: AdapterModule) => number, common: number) =>
    Object.fromEntries(adapter.modules.filter((m) => of(m) !== common).map((m) => [m.name, of(m)]));
  return {
    r: rank,
    lora_alpha: alpha,
    use_rslora: rsLora,
    rank_pattern: patterns((module) => module.rank, rank),
    alpha_pattern: patterns(alphaOf, alpha),
  };
}

function saysScale(
  {r, lora_alpha, rank_pattern, alpha_pattern, use_rslora}: JsonObject,
  module: AdapterModule,
) {
  const rank = patternValue(rank_pattern, module.name) ?? r;
  const alpha = patternValue(alpha_pattern, module.name) ?? Number(lora_alpha);
  return (
    rank === module.rank && peftScale(alpha, rank, use_rslora === true ? 'rs_lora' : 'plain') === module.scale
  );
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

function matrixTensor({data, rows, cols}: Matrix, dtype: FloatDType): Tensor {
  return floatTensor(data, [rows, cols], dtype);
}

function vectorTensor(data: Float32Array, dtype: FloatDType): Tensor {
  return floatTensor(data, [data.length], dtype);
}

function renamed(
  tensors: Readonly<Record<string, Tensor>>,
  rename: (part: string) => string,
  dtype: FloatDType,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([part, tensor]) => [rename(part), converted(tensor, dtype)]),
  );
}

/** `alpha` and other scalars keep their format: rounding them would change the scale. */
function converted(tensor: Tensor, dtype: FloatDType): Tensor {
  if (tensor.shape.length === 0 || tensor.dtype === dtype) return tensor;
  return floatTensor(toFloat32(tensor), tensor.shape, dtype);
}

function expectKind(adapter: Adapter, layout: string, kinds: readonly AdapterKind[]): void {
  if (kinds.includes(adapter.kind)) return;
  throw new SidestepError({
    code: 'export/layout-unsupported',
    message: `${layout} has no form for ${adapter.kind} adapters; it reads ${kinds.join(', ')}`,
    hint: `Export this adapter as ${adapter.kind === 'oft' ? 'peft or merged' : 'lycoris, comfyui or merged'}.`,
  });
}

/** Trained biases (PEFT's `bias`) would be lost without a word. */
function expectNoBiases(adapter: Adapter, layout: string): void {
  const biases = Object.keys(adapter.others);
  if (biases.length === 0) return;
  throw new SidestepError({
    code: 'export/layout-unsupported',
    message: `${layout} has no form for trained biases; this adapter holds ${biases.length}, the first is ${biases[0]}`,
    hint: 'Export it as peft or merged, or train with `bias: none`.',
  });
}
