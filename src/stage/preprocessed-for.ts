import {isJsonObject, type Json} from '../base/json.js';
import {pathMatches} from './param.js';
import type {FileParam, KnownInputs, Misfit, TensorShapes} from './stage-type.js';

/** What Side-Step's preprocessing leaves beside its samples. */
export const PREPROCESS_META = 'preprocess_meta.json';

/** Endings of files that hold samples. */
export const SAMPLE_FILES = ['.safetensors', '.pt'] as const;

/** What a folder of tensors has one of at least: samples, or a list of samples that may be elsewhere. */
export const SAMPLES_OR_LIST = [...SAMPLE_FILES, 'samples.json', 'manifest.json'] as const;

/** A parameter that may name a folder of preprocessed samples, no matter who made them. */
export function tensorsFolder(param: string): FileParam {
  return {
    param,
    kind: 'folder',
    identity: 'content',
    json: PREPROCESS_META,
    holds: SAMPLES_OR_LIST,
    shapes: true,
  };
}

/** Pure: folders of samples that were made for another model than this one. */
export function sampleMisfits(params: readonly string[], known: KnownInputs): Misfit[] {
  return [...variantMisfits(params, known), ...shapeMisfits(params, known)];
}

/**
 * Pure: folders of samples that Side-Step encoded with another model than the one that is trained. A condition is made by the
 * model's own encoder, so conditions of base say something else to turbo.
 */
export function variantMisfits(params: readonly string[], {json, files}: KnownInputs): Misfit[] {
  const {model} = json;
  if (!isJsonObject(model)) return [];
  return Object.keys(files).flatMap((param) => {
    if (!params.some((pattern) => pathMatches(param, pattern))) return [];
    const meta = files[param];
    const variant = isJsonObject(meta) ? meta.model_variant : undefined;
    if (typeof variant !== 'string' || variant === '' || means(variant, model)) return [];
    return {
      param,
      problem: {
        code: 'train/other-variant',
        message: `${PREPROCESS_META} of this folder says that its samples were encoded for ${variant}, and ${String(model.name)} (${String(model.base)}) is to be trained`,
        hint: `Preprocess the songs with this model, or train ${variant}. If the samples fit all the same, correct the variant in that file.`,
      },
    };
  });
}

/** Whether Side-Step's name of a variant means this model, or the one that it descends from. */
function means(variant: string, {name, base, size}: Readonly<Record<string, Json>>): boolean {
  const wanted = variant.toLowerCase();
  const own = String(name).toLowerCase();
  if (wanted === own || `acestep-v15-${wanted}` === own) return true;
  const [last = ''] = wanted.split('-').toReversed();
  const known = ['turbo', 'base', 'sft'].includes(last);
  return !known || (last === base && wanted.includes('xl') === (size === 'xl'));
}

/** What of a sample must be as wide as the model takes it: the last side of a tensor. */
const WIDTHS = [
  {tensor: 'encoder_hidden_states', of: 'condition_width', what: 'conditions'},
  {tensor: 'target_latents', of: 'latent_channels', what: 'latents'},
] as const;

/** Pure: why a sample of these shapes does not fit this model's input; undefined when nothing speaks against it. */
export function shapeMisfit(shapes: TensorShapes, model: Json | undefined): Misfit['problem'] | undefined {
  const shape = isJsonObject(model) && isJsonObject(model.shape) ? model.shape : {};
  for (const {tensor, of, what} of WIDTHS) {
    const width = shapes[tensor]?.at(-1);
    const wanted = shape[of];
    if (width === undefined || typeof wanted !== 'number' || width === wanted) continue;
    const {name} = model as {readonly name?: string};
    return {
      code: 'train/other-width',
      message: `The ${what} of these samples are ${width} numbers wide (${tensor} is [${shapes[tensor]}]), and ${name} takes ${wanted}`,
      hint: 'They were encoded for another model: preprocess the songs with this one, or train that one.',
    };
  }
  return undefined;
}

function shapeMisfits(params: readonly string[], {json, shapes = {}}: KnownInputs): Misfit[] {
  return Object.entries(shapes).flatMap(([param, seen]) => {
    const problem = params.some((pattern) => pathMatches(param, pattern))
      ? shapeMisfit(seen, json.model)
      : undefined;
    return problem === undefined ? [] : [{param, problem}];
  });
}
