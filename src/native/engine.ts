import type {Addon} from './addon.js';
import {type CallOptions, type CallResult, callEngine} from './call.js';
import {f32, floats, i64, type NativeTensor, u8} from './tensor.js';

/** Where a model works. `threads` undefined means all cores; results do not depend on it. */
export interface EngineOptions {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly threads: number | undefined;
}

/** A model held open by the engine; closing it twice, or using it after, throws `native/handle-closed`. */
export interface OpenModel extends AsyncDisposable {
  close(): Promise<void>;
}

export interface TextEncoder extends OpenModel {
  readonly hidden_size: number;
  /** Last hidden states [length, hidden_size] of one text, padding included, as upstream computes them. */
  encode(ids: readonly number[], options?: CallOptions<never>): Promise<Float32Array>;
  /** Rows of the embedding table [length, hidden_size]: what the lyric encoder reads. */
  embed(ids: readonly number[], options?: CallOptions<never>): Promise<Float32Array>;
}

/** Opens the Qwen3 text encoder in `path` (config.json, model*.safetensors). Throws `native/tensor-*`, `native/file-*`. */
export async function openTextEncoder(
  addon: Addon,
  path: string,
  engine: EngineOptions,
): Promise<TextEncoder> {
  const {handle, result, close} = await open(addon, 'open_text_encoder', {path, ...engine});
  const states =
    (method: string) =>
    async (ids: readonly number[], options: CallOptions<never> = {}) => {
      const {outputs} = await callEngine(addon, method, {handle}, {ids: i64(ids, 1, ids.length)}, options);
      return floats(outputs.hidden_states);
    };
  return {
    hidden_size: Number(result.hidden_size),
    encode: states('encode_text'),
    embed: states('embed_tokens'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** States [length, width] of one text with its mask (1 for real tokens). */
export interface MaskedStates {
  readonly states: Float32Array;
  readonly width: number;
  readonly mask: Uint8Array;
}

export interface Condition {
  /** [length, width] */
  readonly states: Float32Array;
  readonly width: number;
  readonly mask: Uint8Array;
}

/** Latents [frames, channels] of the recording whose timbre the model shall follow; 25 frames a second. */
export interface Reference {
  readonly data: Float32Array;
  readonly frames: number;
  readonly channels: number;
}

export interface ConditionSources {
  readonly text: MaskedStates;
  readonly lyrics: MaskedStates;
  /** Absent: one frame of zeros, as upstream's training programs take. */
  readonly reference?: Reference;
}

export interface ConditionEncoder extends OpenModel {
  encode(sources: ConditionSources, options?: CallOptions<never>): Promise<Condition>;
}

/** Opens the condition encoder in an ACE-Step model's folder; only `encoder.*` tensors are read. */
export async function openConditionEncoder(
  addon: Addon,
  path: string,
  engine: EngineOptions,
): Promise<ConditionEncoder> {
  const {handle, close} = await open(addon, 'open_condition_encoder', {path, ...engine});
  const encode = async (sources: ConditionSources, options: CallOptions<never> = {}) => {
    const {text, lyrics, reference} = sources;
    const inputs = {
      ...(reference && {reference: f32(reference.data, 1, reference.frames, reference.channels)}),
      text: f32(text.states, 1, text.mask.length, text.width),
      text_mask: u8(text.mask, 1, text.mask.length),
      lyrics: f32(lyrics.states, 1, lyrics.mask.length, lyrics.width),
      lyric_mask: u8(lyrics.mask, 1, lyrics.mask.length),
    };
    const {outputs} = await callEngine(addon, 'encode_condition', {handle}, inputs, options);
    const states = outputs.encoder_hidden_states;
    return {
      states: floats(states),
      width: states?.shape.at(-1) ?? 0,
      mask: outputs.encoder_attention_mask?.data as Uint8Array,
    };
  };
  return {encode, close, [Symbol.asyncDispose]: close};
}

/** Audio options of preprocessing, as the stage's parameters name them. */
export interface EncodeAudioOptions {
  readonly sample_rate: number;
  readonly resampler: 'soxr_hq' | 'sinc_hann';
  /** Seconds kept; 0 keeps all. */
  readonly max_duration: number;
  readonly normalize: 'none' | 'peak' | 'loudness';
  /** dBFS, for `peak`. */
  readonly peak_target: number;
  /** LUFS, for `loudness`. */
  readonly loudness_target: number;
  readonly latents: 'sample' | 'mean';
  readonly seed: number;
  /** Which random stream of the seed this song draws from: decided by its content, so that names do not matter. */
  readonly sample: number;
  /** Seconds; 0 encodes the song in one piece. */
  readonly tile_duration: number;
  readonly tile_overlap: number;
}

export interface Latents {
  /** [frames, channels], 25 frames a second. */
  readonly data: Float32Array;
  readonly frames: number;
  readonly channels: number;
}

/** A piece of decoded sound: channels one after the other, [channels, samples] f32 in -1 to 1. */
export interface SoundPiece {
  readonly data: Float32Array;
  readonly channels: number;
  /** May change between pieces, as it does in files that were joined. */
  readonly sample_rate: number;
}

export interface AudioEncoder extends OpenModel {
  /**
   * A song of any length in pieces, with memory for one piece and one tile. `sound` is called once for each pass: with
   * normalisation the song is heard twice, to be measured and to be encoded. The latents are those of `encode`, bit for bit.
   */
  encodePieces(
    sound: () => AsyncIterable<SoundPiece>,
    options: Omit<EncodeAudioOptions, 'sample_rate'>,
    call?: CallOptions<never>,
  ): Promise<Latents>;
  /** `audio` holds the channels one after the other: [channels, samples] f32 in -1 to 1. */
  encode(
    audio: {readonly data: Float32Array; readonly channels: number},
    options: EncodeAudioOptions,
    call?: CallOptions<never>,
  ): Promise<Latents>;
}

/** Opens the VAE's encoder half in `path` (config.json, diffusion_pytorch_model.safetensors). */
export async function openAudioEncoder(
  addon: Addon,
  path: string,
  engine: EngineOptions,
): Promise<AudioEncoder> {
  const {handle, close} = await open(addon, 'open_audio_encoder', {path, ...engine});
  return {
    encode: async (audio, options, call = {}) => {
      const {data, channels: count} = audio;
      const inputs = {audio: f32(data, count, data.length / count)};
      const {outputs} = await callEngine(addon, 'encode_audio', {handle, ...options}, inputs, call);
      return latentsOf(outputs.latents);
    },
    encodePieces: async (sound, options, call = {}) => {
      const song = await open(addon, 'open_song', {handle, ...options});
      try {
        let latents: NativeTensor | undefined;
        for (let pass = 0; pass < song.result.passes!; pass += 1) {
          for await (const {data, channels, sample_rate} of sound()) {
            const inputs = {audio: f32(data, channels, data.length / channels)};
            await callEngine(addon, 'push_audio', {handle: song.handle, sample_rate}, inputs, call);
          }
          latents = (await callEngine(addon, 'end_audio', {handle: song.handle}, {}, call)).outputs.latents;
        }
        return latentsOf(latents);
      } finally {
        await song.close();
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function latentsOf(tensor: NativeTensor | undefined): Latents {
  const [frames = 0, channels = 0] = tensor?.shape ?? [];
  return {data: floats(tensor), frames, channels};
}

async function open(addon: Addon, method: string, params: object) {
  const {result} = (await callEngine(addon, method, params, {})) as CallResult & {
    readonly result: Readonly<Record<string, number>>;
  };
  const handle = result.handle;
  const close = async () => {
    await callEngine(addon, 'close', {handle}, {});
  };
  return {handle, result, close};
}
