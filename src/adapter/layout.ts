import type {Json, JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {type FloatDType, floatTensor} from '../format/float-bits.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import {type ExportLayout, isLowRank} from '../stage/adapter-kinds.js';
import {layoutRefusal} from '../stage/export-layouts.js';
import type {Adapter, AdapterModule, Matrix, ModuleWeights} from './adapter.js';
import {DORA_RULE} from './metadata.js';
import {COMFYUI_PREFIXES, DIFFUSERS_PREFIX, diffusersName, lycorisName, PEFT_PREFIX} from './module-name.js';
import {patternValue, peftScale} from './scale.js';
import {plainFactors} from './tucker.js';

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
  expectKind(adapter, 'peft');
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
    Object.assign(tensors, peftTensors(prefix, weights, options.dtype));
  }
  return [
    {kind: 'json', name: 'adapter_config.json', value: peftSettings(adapter)},
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
  expectKind(adapter, 'lycoris');
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

export interface ComfyuiOptions extends LayoutOptions {
  readonly prefix: string;
  /** Of decomposed modules, by name: `[out]`, to be divided by the norms of the base's rows. */
  readonly dora_scales: ReadonlyMap<string, Float32Array>;
}

/**
 * ComfyUI's single file: lora_A/B become lora_down/up with an alpha for each module; magnitudes become `dora_scale`, one for each row,
 * over the base's norm. LoKr and LoHa keep the names LyCORIS gives them, in their plainest form: ComfyUI knows neither the cores of
 * 1-D convolutions nor learned scalars. OFT has no form that PEFT's tensors could be given without the base.
 */
export function comfyuiLayout(adapter: Adapter, options: ComfyuiOptions): LayoutFile[] {
  expectKind(adapter, 'comfyui');
  expectNoBiases(adapter, 'comfyui');
  const tensors: Record<string, Tensor> = {};
  for (const module of adapter.modules) {
    const {name, weights} = module;
    const prefix = weights.kind === 'lora' ? options.prefix + name : lycorisName(name);
    const parts =
      weights.kind === 'lora'
        ? comfyuiLora(module, weights, options.dtype)
        : comfyuiFactors(weights.tensors, options.dtype);
    for (const [part, tensor] of Object.entries(parts)) tensors[`${prefix}.${part}`] = tensor;
    const scale = options.dora_scales.get(name);
    if (scale)
      tensors[`${prefix}.dora_scale`] = floatTensor(
        scale,
        [scale.length, 1, ...(isConvolution(module) ? [1] : [])],
        'F32',
      );
  }
  const rule = options.dora_scales.size > 0 ? {[DORA_RULE.key]: DORA_RULE.over_base} : {};
  const metadata = {...options.metadata, ...rule};
  return [{kind: 'safetensors', name: `${options.name}.safetensors`, tensors, metadata}];
}

function comfyuiLora(
  module: AdapterModule,
  {down, up}: LoraWeights,
  dtype: FloatDType,
): Record<string, Tensor> {
  return {
    'lora_down.weight': matrixTensor(down, dtype),
    'lora_up.weight': matrixTensor(up, dtype),
    alpha: floatTensor(Float32Array.of(module.scale * module.rank), [], 'F32'),
  };
}

function comfyuiFactors(
  tensors: Readonly<Record<string, Tensor>>,
  dtype: FloatDType,
): Record<string, Tensor> {
  const {dora_scale: _, ...factors} = plainFactors(tensors);
  return renamed(factors, (part) => part, dtype);
}

/** The patch convolution has weights of three dimensions, and so have the norms of its rows. */
function isConvolution({name}: AdapterModule): boolean {
  return name === 'proj_in.1';
}

type LoraWeights = Extract<ModuleWeights, {kind: 'lora'}>;

/** Convolutions keep their taps: PEFT makes its layers `[rank, in, taps]` and `[out, rank, 1]`, magnitudes `[1, out, 1]`. */
function peftTensors(
  prefix: string,
  {down, up, magnitude, taps}: LoraWeights,
  dtype: FloatDType,
): Record<string, Tensor> {
  const [in_shape, out_shape, norms] =
    taps === undefined
      ? [[down.rows, down.cols], [up.rows, up.cols], [up.rows]]
      : [
          [down.rows, down.cols / taps, taps],
          [up.rows, up.cols, 1],
          [1, up.rows, 1],
        ];
  return {
    [`${prefix}.lora_A.weight`]: floatTensor(down.data, in_shape, dtype),
    [`${prefix}.lora_B.weight`]: floatTensor(up.data, out_shape, dtype),
    ...(magnitude && {[`${prefix}.lora_magnitude_vector`]: floatTensor(magnitude, norms, 'F32')}),
  };
}

export function comfyuiPrefix(style: keyof typeof COMFYUI_PREFIXES): string {
  return COMFYUI_PREFIXES[style];
}

/** diffusers' file, as its pipelines' `save_lora_weights` writes it: renamed projections, settings in the metadata. */
export function diffusersLayout(adapter: Adapter, options: LayoutOptions): LayoutFile[] {
  expectKind(adapter, 'diffusers');
  expectNoBiases(adapter, 'diffusers');
  const tensors: Record<string, Tensor> = {};
  for (const {name, weights} of adapter.modules) {
    if (weights.kind !== 'lora') continue;
    const prefix = DIFFUSERS_PREFIX + diffusersName(name);
    Object.assign(tensors, peftTensors(prefix, weights, options.dtype));
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

/**
 * Settings that come with the adapter stay as they are while they say what PEFT needs; those of other programs' files are said
 * here: kind, modules, and rank and alpha of each.
 */
function peftSettings(adapter: Adapter): JsonObject {
  const {config, kind, modules} = adapter;
  const own = !isLowRank(kind) || (config.peft_type === 'LORA' && targetsAll(adapter));
  const missing = {
    peft_type: 'LORA',
    task_type: 'FEATURE_EXTRACTION',
    bias: 'none',
    lora_dropout: 0,
    use_dora: kind === 'dora',
    target_modules: modules.map(({name}) => name),
  };
  return {...config, ...(own ? {} : missing), ...ownOrScaleConfig(adapter)};
}

/** PEFT's lookup: a list names ends of paths, a text is an expression for whole ones. */
function targetsAll({config, modules}: Adapter): boolean {
  const {target_modules: targets} = config;
  if (!Array.isArray(targets)) return typeof targets === 'string';
  return modules.every(({name}) => targets.some((target) => name === target || name.endsWith(`.${target}`)));
}

/** Settings that come with the adapter stay as they are while they give each module the rank and scale it has. */
function ownOrScaleConfig(adapter: Adapter): Record<string, Json> {
  return adapter.modules.every((module) => saysScale(adapter.config, module)) ? {} : peftScaleConfig(adapter);
}

/** Rank and alpha settings under which PEFT computes every module's scale; patterns only where modules differ. */
function peftScaleConfig(adapter: Adapter): Record<string, Json> {
  if (!isLowRank(adapter.kind)) return {};
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
  const lookup = {name: module.name, where: 'adapter_config.json'};
  const rank = patternValue(rank_pattern, {...lookup, setting: 'rank_pattern'}) ?? r;
  const alpha = patternValue(alpha_pattern, {...lookup, setting: 'alpha_pattern'}) ?? Number(lora_alpha);
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

function renamed(
  tensors: Readonly<Record<string, Tensor>>,
  rename: (part: string) => string,
  dtype: FloatDType,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([part, tensor]) => [rename(part), converted(part, tensor, dtype)]),
  );
}

/** `alpha` and other scalars keep their format, and so do magnitudes: rounding those to 16 bits would move whole weights. */
function converted(part: string, tensor: Tensor, dtype: FloatDType): Tensor {
  if (tensor.shape.length === 0 || part === 'dora_scale' || tensor.dtype === dtype) return tensor;
  return floatTensor(toFloat32(tensor), tensor.shape, dtype);
}

function expectKind(adapter: Adapter, layout: ExportLayout): void {
  const reason = layoutRefusal(layout, adapter.kind);
  if (reason !== undefined) throw new SidestepError({code: 'export/layout-unsupported', ...reason});
}

/** Trained biases (PEFT's `bias`) would be lost silently. */
function expectNoBiases(adapter: Adapter, layout: ExportLayout): void {
  const biases = Object.keys(adapter.others);
  if (biases.length === 0) return;
  throw new SidestepError({
    code: 'export/layout-unsupported',
    message: `${layout} has no form for trained biases; this adapter holds ${biases.length}, the first is ${biases[0]}`,
    hint: 'Export it as peft or merged, or train with `bias: none`.',
  });
}
