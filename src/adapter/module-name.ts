/** PEFT's and ComfyUI's prefix of a module's path. */
export const PEFT_PREFIX = 'base_model.model.';
export const COMFYUI_PREFIXES = {native: PEFT_PREFIX, generic: 'diffusion_model.decoder.'} as const;
export const DIFFUSERS_PREFIX = 'transformer.';
const LYCORIS_PREFIX = 'lycoris_';

/** LyCORIS writes dots as underscores: `layers.0.self_attn.q_proj` is `lycoris_layers_0_self_attn_q_proj`. */
export function lycorisName(module: string): string {
  return LYCORIS_PREFIX + module.replaceAll('.', '_');
}

const BLOCKS = ['self_attn', 'cross_attn', 'mlp', 'time_embed_r', 'time_embed', 'proj_in', 'proj_out'];

/** The way back, which needs to know which underscores were dots: those around the decoder's own block names. */
export function moduleOfLycorisName(name: string): string {
  let rest = name.startsWith(LYCORIS_PREFIX) ? name.slice(LYCORIS_PREFIX.length) : name;
  let path = '';
  const layer = /^layers_(\d+)_/.exec(rest);
  if (layer) {
    path = `layers.${layer[1]}.`;
    rest = rest.slice(layer[0].length);
  }
  const block = BLOCKS.find((candidate) => rest.startsWith(`${candidate}_`));
  return block === undefined ? path + rest : `${path}${block}.${rest.slice(block.length + 1)}`;
}

const DIFFUSERS_NAMES: Readonly<Record<string, string>> = {
  q_proj: 'to_q',
  k_proj: 'to_k',
  v_proj: 'to_v',
  o_proj: 'to_out.0',
};

/** diffusers renames the attention projections and nothing else. */
export function diffusersName(module: string): string {
  return module.replace(/(?<=_attn\.)(q_proj|k_proj|v_proj|o_proj)$/, (name) => DIFFUSERS_NAMES[name]!);
}

export function moduleOfDiffusersName(name: string): string {
  return name.replace(/(?<=_attn\.)(to_q|to_k|to_v|to_out\.0)$/, (found) => {
    const [original] = Object.entries(DIFFUSERS_NAMES).find(([, renamed]) => renamed === found)!;
    return original;
  });
}
