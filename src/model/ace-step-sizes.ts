import type {Json, JsonObject} from '../base/json.js';

/** Sizes of one transformer of a model, from its config.json, absent keys as upstream's code fills them in. */
export interface StackSizes {
  readonly hidden: number;
  readonly intermediate: number;
  /** Attention heads times head_dim. */
  readonly query: number;
  /** Key/value heads times head_dim. */
  readonly key: number;
  readonly head: number;
  readonly has_bias: boolean;
}

export interface AceStepSizes {
  readonly decoder: StackSizes;
  readonly decoder_layers: number;
  /** XL models size their encoders apart from the decoder. */
  readonly encoder: StackSizes;
  readonly lyric_layers: number;
  readonly timbre_layers: number;
  readonly text: number;
  readonly timbre: number;
  readonly in_channels: number;
  readonly latent_channels: number;
  readonly patch: number;
}

/** What an ACE-Step config.json says of sizes; the defaults are those of the 2B models. */
export function aceStepSizes(config: JsonObject): AceStepSizes {
  const size = sizeReader(config);
  const heads = size('num_attention_heads', 16);
  const key_heads = size('num_key_value_heads', 'num_key_value_heads' in config ? heads : 8);
  const head = size('head_dim', 128);
  const has_bias = config.attention_bias === true;
  const decoder: StackSizes = {
    hidden: size('hidden_size', 2048),
    intermediate: size('intermediate_size', 6144),
    query: heads * head,
    key: key_heads * head,
    head,
    has_bias,
  };
  return {
    decoder,
    decoder_layers: size('num_hidden_layers', 24),
    encoder: {
      hidden: size('encoder_hidden_size', decoder.hidden),
      intermediate: size('encoder_intermediate_size', decoder.intermediate),
      query: size('encoder_num_attention_heads', heads) * head,
      key: size('encoder_num_key_value_heads', key_heads) * head,
      head,
      has_bias,
    },
    lyric_layers: size('num_lyric_encoder_hidden_layers', 8),
    timbre_layers: size('num_timbre_encoder_hidden_layers', 4),
    text: size('text_hidden_dim', 1024),
    timbre: size('timbre_hidden_dim', 64),
    in_channels: size('in_channels', 192),
    latent_channels: size('audio_acoustic_hidden_dim', 64),
    patch: size('patch_size', 2),
  };
}

/** Null and absent are the same to upstream; what can be no size is named by `sizeFaults`. */
export function sizeReader(config: JsonObject): (key: string, fallback: number) => number {
  return (key, fallback) => {
    const value = config[key];
    return isSize(key, value) ? value : fallback;
  };
}

/** What a config.json says of its sizes that none can be, in words: a number in quotes, or so many that no model has them. */
export function sizeFaults(config: JsonObject): string[] {
  const wrong = SIZES.filter((key) => (config[key] ?? null) !== null && !isSize(key, config[key]));
  return wrong.map(
    (key) =>
      `its ${key} is ${JSON.stringify(config[key])}, expected a whole number from 1 to ${largestOf(key)}`,
  );
}

const SIZES = [
  ...[
    'num_attention_heads',
    'num_key_value_heads',
    'head_dim',
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
  ],
  ...[
    'encoder_hidden_size',
    'encoder_intermediate_size',
    'encoder_num_attention_heads',
    'encoder_num_key_value_heads',
  ],
  ...[
    'num_lyric_encoder_hidden_layers',
    'num_timbre_encoder_hidden_layers',
    'text_hidden_dim',
    'timbre_hidden_dim',
  ],
  ...['in_channels', 'audio_acoustic_hidden_dim', 'patch_size', 'vocab_size'],
  ...['audio_channels', 'decoder_channels', 'decoder_input_channels'],
];

function isSize(key: string, value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= largestOf(key);
}

/** Far more than any model has, and little enough to name every tensor. */
function largestOf(key: string): number {
  return key.endsWith('_layers') ? 1000 : 2 ** 24;
}
