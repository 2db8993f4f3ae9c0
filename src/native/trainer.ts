import type {Json, JsonObject} from '../base/json.js';
import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';
import type {EngineOptions} from './engine.js';
import {
  type ClipInputs,
  type ClipLatents,
  type ClipOptions,
  generateLatents,
  type StepEvent,
} from './generate.js';
import type {LongestClip, MemoryPlan, SampleFiles} from './plan.js';
import type {RankRing} from './ranks.js';

export interface TrainerSetup extends EngineOptions {
  /** config.json and model*.safetensors. */
  readonly model_folder: string;
  /** Their order is part of the run: shuffling draws from it. */
  readonly samples: readonly SampleFiles[];
  readonly validation_samples: readonly SampleFiles[];
  /** A safetensors file with `silence_latent`; fills the context of samples that store none. */
  readonly silence_latent: string;
  /** The train stage's parameters, defaults filled in. */
  readonly options: JsonObject;
  readonly precision: string;
  /** The longest clip that `generate` will be asked for between steps. */
  readonly longest_clip?: LongestClip;
  /** What the device has for this run: activations are kept within it. */
  readonly memory_limit_bytes?: number;
  /** Processes that share it: on cards each leaves memory for what connects them. Absent: one. */
  readonly ranks?: number;
}

export interface RunShape {
  readonly samples: number;
  readonly micro_steps_per_epoch: number;
  readonly steps_per_epoch: number;
  /** Updates of the whole run; the length of the schedule. */
  readonly total_steps: number;
  readonly longest_frames: number;
  readonly longest_tokens: number;
}

/** Lengths of a run by which its learning rates so far are the same; the engine says which (native/training/run_schedule.h). */
export interface RunLengths {
  readonly least_steps: number;
  /** Included; null: however many. */
  readonly most_steps: number | null;
  /** Whatever `epochs` is; false: the same number only. */
  readonly any_epochs: boolean;
}

/** What one optimizer update did; numbers that are NaN or infinite arrive as null. */
export interface StepReport {
  /** false: the gradients were not finite and the update was skipped. */
  readonly applied: boolean;
  readonly global_step: number;
  readonly epoch: number;
  readonly step_in_epoch: number;
  readonly loss: number | null;
  readonly learning_rate: number;
  /** Before clipping. */
  readonly grad_norm: number | null;
  /** In the order of `modules`. */
  readonly module_norms: readonly (number | null)[];
  readonly timesteps: readonly number[];
  readonly sample_losses: readonly (number | null)[];
  readonly sample_names: readonly string[];
  readonly target_loss_scale: number;
  /** What the target loss goes by, this update included; null while it does not act. */
  readonly target_loss_smoothed: number | null;
  /** After this update; 0 for optimizers other than Prodigy. */
  readonly prodigy_d: number;
  readonly nonfinite_total: number;
  readonly diagnosis: string;
  readonly epoch_finished: boolean;
  readonly epoch_loss: number | null;
  readonly finished: boolean;
}

export interface ValidationReport {
  readonly loss: number | null;
  readonly timesteps: readonly number[];
  readonly losses: readonly (number | null)[];
}

/** `exact` continues the very run the checkpoint belongs to; `fork` takes its weights and starts at step 0. */
export type Resume = 'exact' | 'fork';

export interface Trainer extends AsyncDisposable {
  readonly shape: RunShape;
  readonly memory: MemoryPlan;
  readonly modules: readonly string[];
  step(): Promise<StepReport>;
  validate(): Promise<ValidationReport>;
  /** One clip by the adapter as it is now, or its moving average where one is kept; the run goes on as if nothing had been. */
  generate(inputs: ClipInputs, options: ClipOptions, call?: CallOptions<StepEvent>): Promise<ClipLatents>;
  /** Adapter files, flat, and training_state.safetensors. */
  save(folder: string, metadata: Readonly<Record<string, string>>): Promise<void>;
  /** The adapter alone; `best` is the moving average where there is one. */
  saveAdapter(
    folder: string,
    weights: 'best' | 'raw' | 'ema',
    metadata: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** As which lengths this run may go on from where it is, to the bytes of a first run of that length. */
  lengths(): Promise<RunLengths>;
  load(folder: string, resume: Resume): Promise<{readonly global_step: number; readonly finished: boolean}>;
  /**
   * From here on the run is one of several ranks that share its micro-batches. Rank 0 goes on as before; the others `follow`
   * until they hear of the end, which rank 0 says by `dismiss`. Throws `train/ranks-differ`; every call, `train/rank-lost`.
   * `gradients`: how they go from card to card, in words; empty on CPUs.
   */
  join(ring: RankRing): Promise<{readonly gradients: string}>;
  follow(): Promise<'something' | 'the_end'>;
  dismiss(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a training run: reads headers, takes the memory it planned, loads the base model, initialises the adapter.
 * Throws `train/*`, `adapter/*`, `native/*` with the file, tensor or option at fault.
 */
export async function openTrainer(
  addon: Addon,
  setup: TrainerSetup,
  options: CallOptions<never> = {},
): Promise<Trainer> {
  const {result} = await callEngine(addon, 'open_trainer', setup, {}, options);
  const {handle, shape, memory, modules} = result as Pick<Trainer, 'shape' | 'memory' | 'modules'> & {
    readonly handle: number;
  };
  const ask = async (method: string, params: object = {}) =>
    (await callEngine(addon, method, {handle, ...params}, {}, {})).result;
  const close = async () => {
    await ask('close');
  };
  return {
    shape,
    memory,
    modules,
    step: async () => (await ask('train_step')) as StepReport,
    validate: async () => (await ask('validate')) as ValidationReport,
    generate: (inputs, clip, call = {}) => generateLatents(addon, handle, {inputs, options: clip}, call),
    save: async (folder, metadata) => {
      await ask('save_checkpoint', {folder, metadata});
    },
    saveAdapter: async (folder, weights, metadata) => {
      await ask('save_adapter', {folder, weights, metadata});
    },
    lengths: async () => (await ask('lengths_with_same_rates')) as RunLengths,
    load: async (folder, resume) =>
      (await ask('load_checkpoint', {folder, resume})) as {global_step: number; finished: boolean},
    join: async (ring) => (await ask('join_ranks', {ring: ring.handle})) as {readonly gradients: string},
    follow: async () =>
      ((await ask('follow_rank')) as {readonly ended: boolean}).ended ? 'the_end' : 'something',
    dismiss: async () => {
      await ask('dismiss_ranks');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export interface EstimateSetup extends EngineOptions {
  readonly model_folder: string;
  readonly samples: readonly SampleFiles[];
  readonly silence_latent: string;
  /** The estimate stage's parameters, defaults filled in. */
  readonly options: JsonObject;
  readonly precision: string;
}

/** Measures the modules; the JSON is what the estimate stage leaves. */
export async function estimateModules(
  addon: Addon,
  setup: EstimateSetup,
  options: CallOptions<never>,
): Promise<Json> {
  return (await callEngine(addon, 'estimate', setup, {}, options)).result as Json;
}
