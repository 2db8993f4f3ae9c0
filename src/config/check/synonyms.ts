/** Values that people bring along from other trainers, and ours. They are not accepted; they make the answer useful. */
export const synonyms: Readonly<Record<string, string>> = {
  fp32: 'f32',
  float32: 'f32',
  no: 'f32',
  fp16: 'f16',
  float16: 'f16',
  half: 'f16',
  bfloat16: 'bf16',
  adam: 'adamw',
  adam8bit: 'adamw8bit',
  adamw_8bit: 'adamw8bit',
  adamw_bnb_8bit: 'adamw8bit',
  paged_adamw8bit: 'adamw8bit',
  paged_adamw_8bit: 'adamw8bit',
  adamw_torch: 'adamw',
  adamw_torch_fused: 'adamw',
  adamw_hf: 'adamw',
  cosine_with_restarts: 'cosine_restarts',
  cosine_with_min_lr: 'cosine',
  preprocess: 'preprocess.pass1',
  training: 'train',
};

/** Our name for a value, if it is known by another one. */
export function ownValue(value: string): string | undefined {
  const key = value.toLowerCase();
  return Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
}
