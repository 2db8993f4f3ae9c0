import type {JsonObject} from '../base/json.js';
import {type AceStepSizes, aceStepSizes, type StackSizes, sizeReader} from './ace-step-sizes.js';
import {decoderLinears} from './decoder-linears.js';

/** Tensors that a component's weights must hold, by name; others beside them do no harm. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

type Shapes = Map<string, readonly number[]>;

/** The diffusion transformer with the condition encoder, which upstream keeps in one file: what the engine loads of it. */
export function ditTensors(config: JsonObject): ExpectedTensors {
  const sizes = aceStepSizes(config);
  const shapes: Shapes = new Map();
  for (const [linear, shape] of decoderLinears(config)) {
    shapes.set(`decoder.${linear}.weight`, shape);
    if (!linear.startsWith('layers.')) shapes.set(`decoder.${linear}.bias`, [shape[0]!]);
  }
  for (let i = 0; i < sizes.decoder_layers; i += 1)
    addDecoderLayer(shapes, `decoder.layers.${i}`, sizes.decoder);
  const {hidden} = sizes.decoder;
  shapes.set('decoder.norm_out.weight', [hidden]);
  shapes.set('decoder.scale_shift_table', [1, 2, hidden]);
  shapes.set('decoder.proj_out.1.weight', [hidden, sizes.latent_channels, sizes.patch]);
  shapes.set('decoder.proj_out.1.bias', [sizes.latent_channels]);
  shapes.set('null_condition_emb', [1, 1, sizes.encoder.hidden]);
  addConditionEncoder(shapes, sizes);
  return shapes;
}

function addDecoderLayer(shapes: Shapes, layer: string, stack: StackSizes): void {
  for (const attention of ['self_attn', 'cross_attn']) {
    addHeads(shapes, `${layer}.${attention}`, stack);
    shapes.set(`${layer}.${attention}_norm.weight`, [stack.hidden]);
  }
  shapes.set(`${layer}.mlp_norm.weight`, [stack.hidden]);
  shapes.set(`${layer}.scale_shift_table`, [1, 6, stack.hidden]);
}

/** Norms over a head's dimensions, and biases where the model has them. */
function addHeads(shapes: Shapes, attention: string, {query, key, hidden, head, has_bias}: StackSizes): void {
  shapes.set(`${attention}.q_norm.weight`, [head]);
  shapes.set(`${attention}.k_norm.weight`, [head]);
  if (!has_bias) return;
  shapes.set(`${attention}.q_proj.bias`, [query]);
  shapes.set(`${attention}.k_proj.bias`, [key]);
  shapes.set(`${attention}.v_proj.bias`, [key]);
  shapes.set(`${attention}.o_proj.bias`, [hidden]);
}

function addConditionEncoder(shapes: Shapes, sizes: AceStepSizes): void {
  const {encoder, text, timbre} = sizes;
  const parts = [
    ['lyric_encoder', text, sizes.lyric_layers],
    ['timbre_encoder', timbre, sizes.timbre_layers],
  ] as const;
  for (const [part, width, layers] of parts) {
    shapes.set(`encoder.${part}.embed_tokens.weight`, [encoder.hidden, width]);
    shapes.set(`encoder.${part}.embed_tokens.bias`, [encoder.hidden]);
    addEncoderStack(shapes, {prefix: `encoder.${part}.`, layers, stack: encoder});
  }
  shapes.set('encoder.timbre_encoder.special_token', [1, 1, encoder.hidden]);
  shapes.set('encoder.text_projector.weight', [encoder.hidden, text]);
}

interface EncoderStack {
  readonly prefix: string;
  readonly layers: number;
  readonly stack: StackSizes;
}

/** A stack of Qwen3's layers, which the encoders share with the text encoder. */
function addEncoderStack(shapes: Shapes, {prefix, layers, stack}: EncoderStack): void {
  const {hidden, intermediate, query, key} = stack;
  for (let i = 0; i < layers; i += 1) {
    const layer = `${prefix}layers.${i}`;
    shapes.set(`${layer}.input_layernorm.weight`, [hidden]);
    shapes.set(`${layer}.post_attention_layernorm.weight`, [hidden]);
    shapes.set(`${layer}.self_attn.q_proj.weight`, [query, hidden]);
    shapes.set(`${layer}.self_attn.k_proj.weight`, [key, hidden]);
    shapes.set(`${layer}.self_attn.v_proj.weight`, [key, hidden]);
    shapes.set(`${layer}.self_attn.o_proj.weight`, [hidden, query]);
    addHeads(shapes, `${layer}.self_attn`, stack);
    shapes.set(`${layer}.mlp.gate_proj.weight`, [intermediate, hidden]);
    shapes.set(`${layer}.mlp.up_proj.weight`, [intermediate, hidden]);
    shapes.set(`${layer}.mlp.down_proj.weight`, [hidden, intermediate]);
  }
  shapes.set(`${prefix}norm.weight`, [hidden]);
}

/** The Qwen3 text encoder; causal language models keep it below `model.`, which the engine takes off. */
export function textEncoderTensors(config: JsonObject, has: (name: string) => boolean): ExpectedTensors {
  const size = sizeReader(config);
  const hidden = size('hidden_size', 4096);
  const heads = size('num_attention_heads', 32);
  const head = size('head_dim', 128);
  const stack: StackSizes = {
    hidden,
    intermediate: size('intermediate_size', 22016),
    query: heads * head,
    key: size('num_key_value_heads', 'num_key_value_heads' in config ? heads : 32) * head,
    head,
    has_bias: config.attention_bias === true,
  };
  const below = !has('embed_tokens.weight') && has('model.embed_tokens.weight');
  const prefix = below ? 'model.' : '';
  const shapes: Shapes = new Map([[`${prefix}embed_tokens.weight`, [size('vocab_size', 151_936), hidden]]]);
  addEncoderStack(shapes, {prefix, layers: size('num_hidden_layers', 32), stack});
  return shapes;
}
