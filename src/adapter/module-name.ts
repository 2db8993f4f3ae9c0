import {isDecoderLinear} from '../model/decoder-linears.js';

/** PEFT's and ComfyUI's prefix of a module's path. */
export const PEFT_PREFIX = 'base_model.model.';
export const COMFYUI_PREFIXES = {native: PEFT_PREFIX, generic: 'diffusion_model.decoder.'} as const;
export const DIFFUSERS_PREFIX = 'transformer.';
const LYCORIS_PREFIX = 'lycoris_';

/** LyCORIS writes dots as underscores: `layers.0.self_attn.q_proj` is `lycoris_layers_0_self_attn_q_proj`. */
export function lycorisName(module: string): string {
  return LYCORIS_PREFIX + module.replaceAll('.', '_');
}

/** What programs leave in front of a model's names: PyTorch's own wrappers, and the places a decoder is kept in. */
const WRAPPER = /^(_orig_mod|module|model)\./;
const PLACE = /^(base_model\.model|base_model|diffusion_model|transformer|unet|dit|decoder)\./;
const FLAT_PLACE =
  /^(lora_unet|lora_transformer|lora_dit|lycoris|lora|diffusion_model|transformer|unet|model|decoder)_/;

/** A name without what torch.compile (`_orig_mod.`) and data-parallel training (`module.`) put in front. */
export function withoutWrappers(name: string): string {
  return strippedOf(name.replaceAll('._orig_mod.', '.'), [WRAPPER]);
}

/**
 * The decoder's module that a path in an adapter file means, whichever program wrote it: with the prefixes of PEFT, ComfyUI,
 * ai-toolkit, diffusers, torch.compile and data-parallel training, with diffusers' names of projections, or flattened as kohya
 * and LyCORIS do. Undefined when it means none.
 */
export function decoderModule(path: string): string | undefined {
  const dotted = moduleOfDiffusersName(strippedOf(path.replaceAll('._orig_mod.', '.'), [WRAPPER, PLACE]));
  if (isDecoderLinear(dotted)) return dotted;
  const flat = strippedOf(dotted, [FLAT_PLACE, /^_orig_mod_/, /^module_/]);
  const module = moduleOfDiffusersName(unflattened(moduleOfDiffusersName(flat)));
  return isDecoderLinear(module) ? module : undefined;
}

function strippedOf(name: string, prefixes: readonly RegExp[]): string {
  const prefix = prefixes.find((known) => known.test(name));
  return prefix === undefined ? name : strippedOf(name.replace(prefix, ''), prefixes);
}

/** The way back from underscores, which needs to know which of them were dots: those around the decoder's own block names. */
function unflattened(flat: string): string {
  const layer = /^layers_(\d+)_(self_attn|cross_attn|mlp)_(.+)$/.exec(flat);
  if (layer) return `layers.${layer[1]}.${layer[2]}.${layer[3]!.replace(/^to_out_0$/, 'to_out.0')}`;
  return flat.replace(/^(time_embed_r|time_embed|proj_in)_/, '$1.');
}

const DIFFUSERS_NAMES: Readonly<Record<string, string>> = {
  q_proj: 'to_q',
  k_proj: 'to_k',
  v_proj: 'to_v',
  o_proj: 'to_out.0',
};
const DIFFUSERS_PATCHES = 'proj_in_conv';

/** `AceStepTransformer1DModel` of diffusers renames the attention projections and the patch convolution, nothing else. */
export function diffusersName(module: string): string {
  if (module === 'proj_in.1') return DIFFUSERS_PATCHES;
  return module.replace(/(?<=_attn\.)(q_proj|k_proj|v_proj|o_proj)$/, (name) => DIFFUSERS_NAMES[name]!);
}

function moduleOfDiffusersName(name: string): string {
  if (name === DIFFUSERS_PATCHES) return 'proj_in.1';
  return name.replace(/(?<=_attn\.)(to_q|to_k|to_v|to_out\.0)$/, (found) => {
    const [original] = Object.entries(DIFFUSERS_NAMES).find(([, renamed]) => renamed === found)!;
    return original;
  });
}
