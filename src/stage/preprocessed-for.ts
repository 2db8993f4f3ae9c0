import {isJsonObject, type Json} from '../base/json.js';
import type {KnownInputs, Misfit} from './stage-type.js';

/** What Side-Step's preprocessing leaves beside its samples. */
export const PREPROCESS_META = 'preprocess_meta.json';

/** Endings of files that hold samples: a folder of tensors has one at least. */
export const SAMPLE_FILES = ['.safetensors', '.pt'] as const;

/**
 * Pure: folders of samples that Side-Step encoded with another model than the one that is trained. A condition is made by the
 * model's own encoder, so conditions of base say something else to turbo.
 */
export function variantMisfits(params: readonly string[], {json, files}: KnownInputs): Misfit[] {
  const {model} = json;
  if (!isJsonObject(model)) return [];
  return params.flatMap((param) => {
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
