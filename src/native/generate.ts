import type {JsonObject} from '../base/json.js';
import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';
import type {EngineOptions, OpenModel} from './engine.js';
import type {EncoderPlan} from './plan.js';
import {f32, floats} from './tensor.js';

/** How noise becomes latents, as in native/sampling/options.h. What is left out has the default of a `generate` stage. */
export interface SamplerOptions {
  readonly turbo: boolean;
  /** `ode` follows the predicted velocity; `sde` noises the predicted clean latents again after each step. */
  readonly method?: 'ode' | 'sde';
  /** `heun` evaluates twice a step; with `sde` it is `euler`, as upstream. */
  readonly solver?: 'euler' | 'heun';
  readonly steps: number;
  readonly shift: number;
  readonly guidance?: 'none' | 'cfg' | 'apg' | 'adg';
  /** Up to 1: no guidance. */
  readonly guidance_scale: number;
  /** Timesteps (1 is noise) between which guidance acts. */
  readonly guidance_interval?: readonly [number, number];
  readonly velocity_norm_threshold?: number;
  readonly velocity_ema_factor?: number;
  /** Turbo only: at most 20 of its own timesteps, in place of a schedule; others become the nearest. */
  readonly timesteps?: readonly number[] | null;
  readonly dcw?: {
    readonly mode?: 'low' | 'high' | 'double' | 'pix';
    readonly scaler?: number;
    readonly high_scaler?: number;
  } | null;
}

/** One clip. `seed` and `item` decide its noise and nothing else does: neither threads nor the order of clips. */
export interface ClipOptions {
  readonly seed: number;
  readonly item: number;
  /** How much of the adapter counts: 0 gives the bytes of the model without it, 1 is the adapter as trained. */
  readonly strength: number;
  readonly sampler: SamplerOptions;
}

/** What a clip is made from; all row-major f32. */
export interface ClipInputs {
  /** [tokens, condition size]: as the condition encoder gives it. Every token counts, as for upstream. */
  readonly condition: {readonly states: Float32Array; readonly width: number};
  /** [frames, context channels]: silence latents beside a chunk mask of ones; its rows decide the clip's length. */
  readonly context: {readonly data: Float32Array; readonly channels: number};
}

/** [frames, channels], 25 frames a second. */
export interface ClipLatents {
  readonly data: Float32Array;
  readonly frames: number;
  readonly channels: number;
}

export interface StepEvent {
  readonly step: number;
  readonly steps: number;
}

export interface Generator extends OpenModel {
  readonly latent_channels: number;
  readonly context_channels: number;
  readonly condition_size: number;
  /** 0 without an adapter. */
  readonly adapted_modules: number;
  generate(inputs: ClipInputs, options: ClipOptions, call?: CallOptions<StepEvent>): Promise<ClipLatents>;
}

export interface GeneratorSetup extends EngineOptions {
  /** config.json and model*.safetensors of one variant. */
  readonly model_path: string;
  /** A folder or file in PEFT's or LyCORIS's layout. */
  readonly adapter: {readonly path: string} | null;
  readonly precision: string;
}

/** Opens an ACE-Step decoder, with an adapter in its slots. Throws `adapter/*`, `native/*`, naming the file or tensor. */
export async function openGenerator(addon: Addon, setup: GeneratorSetup): Promise<Generator> {
  const {result} = await callEngine(addon, 'open_generator', setup, {});
  const {handle, ...sizes} = result as {readonly handle: number} & Omit<
    Generator,
    'generate' | 'close' | typeof Symbol.asyncDispose
  >;
  const close = async () => {
    await callEngine(addon, 'close', {handle}, {});
  };
  return {
    ...sizes,
    generate: (inputs, options, call = {}) => generateLatents(addon, handle, {inputs, options}, call),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * One clip by what `handle` names, a generator or a trainer: the latter lends its adapter as it is at that step, or its moving
 * average where one is kept, and goes on as if nothing had been. Throws `generate/*`, `native/*`.
 */
export async function generateLatents(
  addon: Addon,
  handle: number,
  clip: {readonly inputs: ClipInputs; readonly options: ClipOptions},
  call: CallOptions<StepEvent> = {},
): Promise<ClipLatents> {
  const {condition, context} = clip.inputs;
  const inputs = {
    encoder_hidden_states: f32(condition.states, condition.states.length / condition.width, condition.width),
    context_latents: f32(context.data, context.data.length / context.channels, context.channels),
  };
  const {outputs} = await callEngine(
    addon,
    'generate_latents',
    {handle, ...clip.options},
    inputs,
    call as CallOptions<never>,
  );
  const [frames = 0, channels = 0] = outputs.latents?.shape ?? [];
  return {data: floats(outputs.latents), frames, channels};
}

export interface GenerationPlan {
  readonly weights_bytes: number;
  readonly adapter_bytes: number;
  /** Keys and values of the condition, activations, scratch. */
  readonly arena_bytes: number;
  /** On a card more than these: driver, libraries and scratch memory are in it. */
  readonly total_bytes: number;
  /** Of the model at one timestep, both halves if guided. */
  readonly flops_per_evaluation: number;
}

/** What a clip takes on its device; nothing is loaded and no device is needed. */
export async function planGeneration(
  addon: Addon,
  setup: Omit<GeneratorSetup, 'threads'> & {
    readonly frames: number;
    readonly tokens: number;
    readonly guided: boolean;
  },
): Promise<GenerationPlan> {
  return (await callEngine(addon, 'plan_generation', setup, {})).result as GenerationPlan;
}

export interface DecodedAudio {
  /** The channels one after the other: [channels, samples], not clipped. */
  readonly data: Float32Array;
  readonly channels: number;
  readonly samples: number;
}

export interface AudioDecoder extends OpenModel {
  readonly sampling_rate: number;
  /** Audio samples a latent frame. */
  readonly hop: number;
  readonly latent_channels: number;
  /** Piece by piece, every layer keeping what its next outputs need: the bytes are those of the whole, whatever `piece_frames`. */
  decode(
    latents: {readonly data: Float32Array; readonly channels: number},
    options?: {readonly piece_frames?: number},
    call?: CallOptions<{readonly progress: number}>,
  ): Promise<DecodedAudio>;
}

/** Opens the VAE's decoder half in `path` (config.json, diffusion_pytorch_model.safetensors). */
export async function openAudioDecoder(
  addon: Addon,
  path: string,
  engine: EngineOptions,
): Promise<AudioDecoder> {
  const {result} = await callEngine(addon, 'open_audio_decoder', {path, ...engine}, {});
  const {handle, ...sizes} = result as {
    readonly handle: number;
    readonly sampling_rate: number;
    readonly hop: number;
    readonly latent_channels: number;
  };
  const close = async () => {
    await callEngine(addon, 'close', {handle}, {});
  };
  return {
    ...sizes,
    decode: async ({data, channels: width}, options = {}, call = {}) => {
      const inputs = {latents: f32(data, data.length / width, width)};
      const {outputs} = await callEngine(
        addon,
        'decode_audio',
        {handle, ...options} satisfies JsonObject,
        inputs,
        call as CallOptions<never>,
      );
      const [channels = 0, samples = 0] = outputs.audio?.shape ?? [];
      return {data: floats(outputs.audio), channels, samples};
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The decoder's weights and one tile's activations, whatever the song's length; the audio is on the host. */
export async function planAudioDecoder(
  addon: Addon,
  setup: {readonly path: string; readonly frames: number; readonly device: string},
): Promise<EncoderPlan> {
  return (await callEngine(addon, 'plan_audio_decoder', setup, {})).result as EncoderPlan;
}
