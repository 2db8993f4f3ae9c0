import type {JsonObject} from '../base/json.js';
import {sizeReader} from './ace-step-sizes.js';
import type {ExpectedTensors} from './expected-tensors.js';

/**
 * Both halves of diffusers' AutoencoderOobleck. Its convolutions are kept whole (`weight`), or as direction and norm under PyTorch's
 * older (`weight_g`, `weight_v`) or newer names: whichever the file has.
 */
export function vaeTensors(config: JsonObject, has: (name: string) => boolean): ExpectedTensors {
  const walk = new Walk(has);
  const size = sizeReader(config);
  const ratios = sizesOf(config.downsampling_ratios, [2, 4, 4, 8, 8]);
  const multiples = sizesOf(config.channel_multiples, [1, 2, 4, 8, 16]);
  const channels = size('audio_channels', 2);
  const widths = (base: number) => [base, ...multiples.map((multiple) => base * multiple)];
  const latent = size('encoder_hidden_size', 128);
  addEncoder(walk, {channels, latent, ratios, width: widths(latent)});
  const decoder_width = widths(size('decoder_channels', 128));
  addDecoder(walk, {channels, latent: size('decoder_input_channels', 64), ratios, width: decoder_width});
  return walk.shapes;
}

interface Half {
  readonly channels: number;
  readonly latent: number;
  readonly ratios: readonly number[];
  /** Channels at each depth, from the audio's side. */
  readonly width: readonly number[];
}

function addEncoder(walk: Walk, {channels, latent, ratios, width}: Half): void {
  walk.convolution('encoder.conv1', [width[0]!, channels, 7], width[0]!);
  for (const [i, ratio] of ratios.entries()) {
    const block = `encoder.block.${i}`;
    walk.units(block, width[i]!);
    walk.snake(`${block}.snake1`, width[i]!);
    walk.convolution(`${block}.conv1`, [width[i + 1]!, width[i]!, 2 * ratio], width[i + 1]!);
  }
  walk.snake('encoder.snake1', width.at(-1)!);
  walk.convolution('encoder.conv2', [latent, width.at(-1)!, 3], latent);
}

function addDecoder(walk: Walk, {channels, latent, ratios, width}: Half): void {
  walk.convolution('decoder.conv1', [width.at(-1)!, latent, 7], width.at(-1)!);
  for (const [i, ratio] of [...ratios].reverse().entries()) {
    const block = `decoder.block.${i}`;
    const [inner, outer] = [width[ratios.length - i]!, width[ratios.length - 1 - i]!];
    walk.snake(`${block}.snake1`, inner);
    walk.convolution(`${block}.conv_t1`, [inner, outer, 2 * ratio], outer);
    walk.units(block, outer);
  }
  walk.snake('decoder.snake1', width[0]!);
  walk.convolution('decoder.conv2', [channels, width[0]!, 7], 0);
}

/** Gathers shapes under the names that this file uses. */
class Walk {
  readonly shapes = new Map<string, readonly number[]>();
  private readonly has: (name: string) => boolean;

  constructor(has: (name: string) => boolean) {
    this.has = has;
  }

  snake(name: string, channels: number): void {
    for (const parameter of ['alpha', 'beta']) this.shapes.set(`${name}.${parameter}`, [1, channels, 1]);
  }

  units(block: string, channels: number): void {
    for (const unit of [1, 2, 3].map((number) => `${block}.res_unit${number}`)) {
      this.snake(`${unit}.snake1`, channels);
      this.snake(`${unit}.snake2`, channels);
      this.convolution(`${unit}.conv1`, [channels, channels, 7], channels);
      this.convolution(`${unit}.conv2`, [channels, channels, 1], channels);
    }
  }

  /** `bias` is its length; 0 for none. */
  convolution(name: string, shape: readonly number[], bias: number): void {
    const norms = [shape[0]!, 1, 1];
    const newer = `${name}.parametrizations.weight.original`;
    if (this.has(`${name}.weight`)) this.shapes.set(`${name}.weight`, shape);
    else if (this.has(`${newer}0`)) this.shapes.set(`${newer}0`, norms).set(`${newer}1`, shape);
    else this.shapes.set(`${name}.weight_g`, norms).set(`${name}.weight_v`, shape);
    if (bias > 0) this.shapes.set(`${name}.bias`, [bias]);
  }
}

function sizesOf(value: unknown, fallback: readonly number[]): readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isInteger(size) && size > 0) ? value : fallback;
}
