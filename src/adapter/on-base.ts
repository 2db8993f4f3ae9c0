import {SidestepError} from '../base/problem.js';
import {floatTensor} from '../format/float-bits.js';
import type {Adapter, AdapterModule} from './adapter.js';
import {magnitudesOver, trainedModule} from './applied.js';
import {type BaseWeights, unknownModule} from './base-weights.js';
import {toMatrix} from './factors.js';

/**
 * The adapter with every module found in its base model and of its weight's shape. Convolutions learn their taps from the weight,
 * and magnitudes over the base's norms, as ComfyUI's files have them, become magnitudes over the adapted norms, as every
 * library trains them. Throws `adapter/unknown-module` and `adapter/other-model`.
 */
export async function fitToBase(adapter: Adapter, base: BaseWeights): Promise<Adapter> {
  for (const module of adapter.modules) checkShape(module, base);
  const modules: AdapterModule[] = [];
  for (const module of adapter.modules) modules.push(await asTrained(withTaps(module, base), base));
  return {...adapter, modules};
}

/** Without a base: an adapter whose magnitudes are over the base's norms is not known. Throws `export/model-missing`. */
export function knownWithoutBase(adapter: Adapter): Adapter {
  const module = adapter.modules.find(({magnitude_over}) => magnitude_over === 'base');
  if (module !== undefined) throw baseMissing(module.name);
  return adapter;
}

/** Of decomposed modules, by name: magnitudes `[out]` for a program that divides by the norms of the base's rows. */
export async function magnitudesOverBase(
  adapter: Adapter,
  base: BaseWeights | undefined,
): Promise<Map<string, Float32Array>> {
  const magnitudes = new Map<string, Float32Array>();
  for (const module of adapter.modules) {
    const trained = trainedModule(module);
    if (trained?.magnitude === undefined) continue;
    if (base === undefined) throw baseMissing(module.name);
    const weight = toMatrix(await base.read(module.name));
    magnitudes.set(module.name, magnitudesOver('base', trained, {weight, module: module.name})!);
  }
  return magnitudes;
}

/** A decomposed adapter means nothing without the weights it was trained on. */
export function baseMissing(module: string): SidestepError {
  return new SidestepError({
    code: 'export/model-missing',
    message: `${module} is decomposed (DoRA, weight_decompose): what ComfyUI makes of it depends on the base weights`,
    hint: 'Name the scan stage of the base model under `model` of the export stage.',
  });
}

function checkShape(module: AdapterModule, base: BaseWeights): void {
  const shape = base.shapes.get(module.name);
  if (shape === undefined) throw unknownModule(module.name, base.path);
  const change = trainedModule(module)?.change;
  const cols = shape.slice(1).reduce((a, b) => a * b, 1);
  if (change === undefined || (change.rows === shape[0] && change.cols === cols)) return;
  throw new SidestepError({
    code: 'adapter/other-model',
    message: `The adapter changes a weight [${change.rows}, ${change.cols}] for ${module.name}; that of the model at ${base.path} is [${shape}]`,
    hint: 'The adapter was trained on a model of another size: turbo, base and sft share theirs, the XL models have their own.',
  });
}

function withTaps(module: AdapterModule, base: BaseWeights): AdapterModule {
  const {weights} = module;
  const taps = base.shapes.get(module.name)?.[2];
  return weights.kind === 'lora' && taps !== undefined ? {...module, weights: {...weights, taps}} : module;
}

async function asTrained(module: AdapterModule, base: BaseWeights): Promise<AdapterModule> {
  if (module.magnitude_over === undefined) return module;
  const weight = toMatrix(await base.read(module.name));
  const magnitude = magnitudesOver('adapted', trainedModule(module)!, {weight, module: module.name})!;
  const {magnitude_over: _, ...rest} = module;
  if (module.weights.kind === 'lora') return {...rest, weights: {...module.weights, magnitude}};
  const {tensors} = module.weights;
  const dora_scale = floatTensor(magnitude, tensors.dora_scale!.shape, 'F32');
  return {...rest, weights: {kind: 'opaque', tensors: {...tensors, dora_scale}}};
}
