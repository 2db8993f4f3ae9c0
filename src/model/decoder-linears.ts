import type {JsonObject} from '../base/json.js';
import {aceStepSizes} from './ace-step-sizes.js';

/** Shapes of weights by module: `[out, in]`, of the patch convolutions `[out, in, taps]` as they are stored. */
export type LinearShapes = ReadonlyMap<string, readonly number[]>;

/**
 * Every linear of the decoder that an adapter may adapt, by its path below `decoder.` (`layers.0.self_attn.q_proj`), for the
 * model that a config.json describes. The output convolution is not among them: no program adapts it.
 */
export function decoderLinears(config: JsonObject): LinearShapes {
  const {decoder, decoder_layers, encoder, in_channels, patch} = aceStepSizes(config);
  const {hidden, intermediate, query, key} = decoder;
  const shapes = new Map<string, readonly number[]>();
  for (let layer = 0; layer < decoder_layers; layer += 1) {
    for (const attention of ['self_attn', 'cross_attn']) {
      const path = `layers.${layer}.${attention}`;
      shapes.set(`${path}.q_proj`, [query, hidden]);
      shapes.set(`${path}.k_proj`, [key, hidden]);
      shapes.set(`${path}.v_proj`, [key, hidden]);
      shapes.set(`${path}.o_proj`, [hidden, query]);
    }
    shapes.set(`layers.${layer}.mlp.gate_proj`, [intermediate, hidden]);
    shapes.set(`layers.${layer}.mlp.up_proj`, [intermediate, hidden]);
    shapes.set(`layers.${layer}.mlp.down_proj`, [hidden, intermediate]);
  }
  shapes.set('proj_in.1', [hidden, in_channels, patch]);
  for (const embedder of ['time_embed', 'time_embed_r']) {
    shapes.set(`${embedder}.linear_1`, [hidden, TIMESTEP_WAVES]);
    shapes.set(`${embedder}.linear_2`, [hidden, hidden]);
    shapes.set(`${embedder}.time_proj`, [6 * hidden, hidden]);
  }
  shapes.set('condition_embedder', [hidden, encoder.hidden]);
  return shapes;
}

/** Width of the sinusoidal embedding of a timestep. */
export const TIMESTEP_WAVES = 256;

const NAME =
  /^(layers\.\d+\.((self|cross)_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)|time_embed(_r)?\.(linear_1|linear_2|time_proj)|condition_embedder|proj_in\.1)$/;

/** Whether some ACE-Step decoder has a linear of this name; which layers a certain one has, its config.json tells. */
export function isDecoderLinear(name: string): boolean {
  return NAME.test(name);
}
