import {floatTensor} from '../../src/format/float-bits.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import type {Tensor} from '../../src/format/tensor.js';

export type Tensors = Map<string, Tensor>;

export async function tensorsOf(path: string): Promise<Tensors> {
  await using file = await openSafetensors(path);
  const tensors: Tensors = new Map();
  for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
  return tensors;
}

export function renamed(tensors: Tensors, rename: (name: string) => string): Tensors {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}

/** With alphas beside the factors, as every program but PEFT writes them. */
export function withAlphas(tensors: Tensors, alpha: number): Tensors {
  const modules = [...tensors.keys()].flatMap((name) => /^(.*)\.lora_A\.weight$/.exec(name)?.[1] ?? []);
  const scalar = () => floatTensor(Float32Array.of(alpha), [], 'F32');
  return new Map([...tensors, ...modules.map((module) => [`${module}.alpha`, scalar()] as const)]);
}

const flat = (name: string) => {
  const [, module, rest] = /^(?:base_model\.model\.)?(.*?)\.(lora_.*|alpha|lokr_.*|hada_.*|dora_scale)$/.exec(
    name,
  )!;
  return `${module!.replaceAll('.', '_')}.${rest}`;
};
export const kohya = (name: string) =>
  `lora_unet_${flat(name)}`.replace('lora_A', 'lora_down').replace('lora_B', 'lora_up');
export const below = (prefix: string) => (name: string) => name.replace('base_model.model.', prefix);

/** How other programs name the tensors of a LoRA that PEFT names `base_model.model.layers.0.self_attn.q_proj.lora_A.weight`. */
export const loraLayouts: readonly {name: string; rename: (name: string) => string}[] = [
  {name: 'ai-toolkit', rename: below('diffusion_model.decoder.')},
  {name: 'ai-toolkit without decoder', rename: below('diffusion_model.')},
  {name: 'kohya', rename: kohya},
  {
    name: 'kohya below decoder',
    rename: (name: string) => kohya(name).replace('lora_unet_', 'lora_unet_decoder_'),
  },
  {name: 'LyCORIS’ LoCon', rename: (name: string) => kohya(name).replace('lora_unet_', 'lycoris_')},
  {name: 'bare paths', rename: below('')},
  {name: 'torch.compile', rename: below('base_model.model._orig_mod.')},
  {
    name: 'torch.compile of each layer',
    rename: (name: string) => below('transformer.')(name).replace(/layers\.(\d+)\./, 'layers.$1._orig_mod.'),
  },
  {name: 'data-parallel training', rename: below('module.decoder.')},
  {name: 'the whole model', rename: below('base_model.model.decoder.')},
  {name: 'wrappers around wrappers', rename: below('base_model.model._orig_mod.module.model.decoder.')},
  {
    name: 'diffusers',
    rename: (name: string) =>
      below('transformer.')(name)
        .replace(/([qkv])_proj/, 'to_$1')
        .replace('o_proj', 'to_out.0'),
  },
  {
    name: 'an adapter’s name in the keys',
    rename: (name: string) => name.replace('.weight', '.default.weight'),
  },
  {name: 'no .weight', rename: (name: string) => below('diffusion_model.')(name).replace('.weight', '')},
  {
    name: 'old diffusers',
    rename: (name: string) => name.replace('.lora_A.', '.lora.down.').replace('.lora_B.', '.lora.up.'),
  },
  {
    name: 'lora_linear_layer',
    rename: (name: string) =>
      name.replace('.lora_A.', '.lora_linear_layer.down.').replace('.lora_B.', '.lora_linear_layer.up.'),
  },
];
