import type {JsonObject} from '../base/json.js';
import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';

/** A run's size before its samples exist. */
export interface SampleLengths {
  readonly samples: number;
  /** Latent frames and condition tokens of the longest. */
  readonly frames: number;
  readonly tokens: number;
}

export interface PlanSetup {
  readonly model_folder: string;
  /** The stage's parameters, defaults filled in. */
  readonly options: JsonObject;
  readonly precision: string;
  /** `cpu` or `cuda:N`; nothing is asked of it. */
  readonly device: string;
  /** Headers alone are read. `silence_latent`: any path, for samples that store no context. */
  readonly samples?: readonly SampleFiles[];
  readonly silence_latent?: string;
  /** Of clips between the steps of a training. */
  readonly longest_clip?: LongestClip;
  /** What the device has for this: activations are kept within it. */
  readonly memory_limit_bytes?: number;
  /** In place of `samples`. */
  readonly lengths?: SampleLengths;
  /** Processes that share it: on cards each leaves memory for what connects them. Absent: one. */
  readonly ranks?: number;
}

export interface PlannedStep {
  readonly memory: MemoryPlan;
  /** After cropping. */
  readonly shape: {readonly longest_frames: number; readonly longest_tokens: number};
}

export interface EncoderPlan {
  readonly weights_bytes: number;
  readonly activation_bytes: number;
  /** On a card more than both: driver, libraries and scratch memory are in it. */
  readonly total_bytes: number;
}

/**
 * What training, or an estimate, would take on its device. Nothing is loaded and no device is needed; a few tens of
 * milliseconds for a full-size model. Throws `train/*`, `adapter/*`, `native/*` as the run itself would.
 */
export async function planStep(
  addon: Addon,
  method: 'plan_training' | 'plan_estimate',
  setup: PlanSetup,
): Promise<PlannedStep> {
  return (await ask(addon, method, setup)) as PlannedStep;
}

export interface AudioPlanSetup {
  readonly path: string;
  readonly seconds: number;
  /** Seconds; 0 encodes the song in one piece. */
  readonly tile_duration: number;
  readonly tile_overlap: number;
  readonly device: string;
}

export async function planAudioEncoder(addon: Addon, setup: AudioPlanSetup): Promise<EncoderPlan> {
  return (await ask(addon, 'plan_audio_encoder', setup)) as EncoderPlan;
}

export async function planTextEncoder(
  addon: Addon,
  setup: {readonly path: string; readonly tokens: number; readonly device: string},
): Promise<EncoderPlan> {
  return (await ask(addon, 'plan_text_encoder', setup)) as EncoderPlan;
}

export async function planConditionEncoder(
  addon: Addon,
  setup: {
    readonly path: string;
    readonly text_tokens: number;
    readonly lyric_tokens: number;
    /** Latent frames of the reference recording. */
    readonly reference_frames: number;
    readonly device: string;
  },
): Promise<EncoderPlan> {
  return (await ask(addon, 'plan_condition_encoder', setup)) as EncoderPlan;
}

async function ask(addon: Addon, method: string, params: object): Promise<unknown> {
  const none: CallOptions<never> = {};
  return (await callEngine(addon, method, params, {}, none)).result;
}

/** A clip's size, for plans. */
export interface LongestClip {
  readonly frames: number;
  readonly tokens: number;
  readonly guided: boolean;
}

/** Bytes on the training device; found by running the step on a planning device, so it is what the step asks for. */
export interface MemoryPlan {
  readonly weights_bytes: number;
  readonly adapter_bytes: number;
  readonly optimizer_bytes: number;
  readonly ema_bytes: number;
  readonly arena_bytes: number;
  /** On a card: room for the batch being computed and for the one that arrives meanwhile. */
  readonly batch_bytes: number;
  /** What clips between steps take beyond the arena; 0 without them. */
  readonly sampling_bytes: number;
  /** On a card more than all these: driver, libraries, recorded steps, scratch memory and a reserve are in it. */
  readonly total_bytes: number;
  /** Page-locked memory of the host for offloaded activations and streamed layers; not in the total. */
  readonly host_bytes: number;
  /** Layers whose frozen weights wait there, and their bytes: a card fetches them in each pass. */
  readonly streamed_layers: number;
  readonly streamed_bytes: number;
  readonly flops_per_micro_step: number;
  readonly recomputation: Recomputation;
  readonly trained_parameters: number;
  readonly adapted_modules: number;
}

/** One song's tensors, spread over several safetensors files (latents, condition). */
export interface SampleFiles {
  readonly name: string;
  readonly files: readonly string[];
}

/** What is computed twice so that less is kept. */
export interface Recomputation {
  /** Of the model; 0 where nothing of the kind was asked (estimates). */
  readonly layers: number;
  /** Layers that keep all their activations. */
  readonly kept_layers: number;
  /** Layers that keep some. */
  readonly partly_kept_layers: number;
  /** Of the arithmetic of a step that recomputes every layer, the share that is not done. */
  readonly work_saved: number;
}
