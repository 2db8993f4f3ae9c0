import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import type {Fingerprint} from '../../../src/base/hash.js';
import {readSafetensorsHeader} from '../../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../../src/format/safetensors-write.js';
import type {StepReport, Trainer} from '../../../src/native/trainer.js';
import type {WorkerContext} from '../../../src/worker/context.js';
import {partialStateIn} from '../../../src/worker/partial-state.js';
import type {TrainParams} from '../../../src/worker/train/options.js';
import type {Split} from '../../../src/worker/train/samples.js';
import {runTraining} from '../../../src/worker/train.js';

/** A training of two steps an epoch whose numbers are made up, so that thousands of runs take seconds. */
const STEPS_PER_EPOCH = 2;

export type RunOptions = Partial<Omit<TrainParams, 'checkpoint' | 'early_stop'>> & {
  readonly checkpoint?: Partial<TrainParams['checkpoint']>;
  readonly early_stop?: TrainParams['early_stop'];
  readonly schedule?: {readonly type: string; readonly warmup_steps: number};
};

function paramsOf({checkpoint, early_stop, ...options}: RunOptions) {
  return {
    seed: 1,
    epochs: 3,
    ema_decay: 0,
    resume: 'exact' as const,
    schedule: {type: 'constant', warmup_steps: 0},
    optimizer: {type: 'adamw'},
    adapter: {type: 'lora'},
    validation: {fraction: 0, every_epochs: 1},
    logging: {log_every: 1, log_heavy_every: 0, tensorboard: false},
    inference: {},
    checkpoint: {
      every_epochs: 2,
      every_steps: 0,
      every_minutes: 0,
      keep_last: 0,
      keep_every: 0,
      keep_best: 1,
      best_after_epoch: 0,
      best_window: 2,
      best_min_delta: 0.001,
      ...checkpoint,
    },
    early_stop: early_stop ?? {patience: 0, min_delta: 0},
    ...options,
  };
}

/** Falls, then is flat from step 5 on; never the same twice on the way down. */
const lossAt = (step: number) => (step < 5 ? 2 - step / 10 : 1.5);

function inventedTrainer(epochs: number, instant: () => void): Trainer {
  let step = 0;
  let weight = 0;
  const total_steps = epochs * STEPS_PER_EPOCH;
  const write = async (
    folder: string,
    name: string,
    value: unknown,
    stamps: Readonly<Record<string, string>>,
  ) => {
    instant();
    await mkdir(folder, {recursive: true});
    const metadata = {value: JSON.stringify(value), ...stamps};
    await writeSafetensors(join(folder, name), {tensors: [], metadata});
    instant();
  };
  const close = async () => {};
  return {
    shape: {total_steps, steps_per_epoch: STEPS_PER_EPOCH} as Trainer['shape'],
    memory: {
      total_bytes: 0,
      adapter_bytes: 4,
      optimizer_bytes: 8,
      ema_bytes: 0,
      adapted_modules: 1,
      trained_parameters: 1,
    } as Trainer['memory'],
    modules: ['layers.0.self_attn.q_proj'],
    step: async () => {
      instant();
      step += 1;
      weight = Math.sin(weight + step);
      const epoch_finished = step % STEPS_PER_EPOCH === 0;
      return {
        applied: true,
        global_step: step,
        epoch: Math.ceil(step / STEPS_PER_EPOCH),
        loss: lossAt(step),
        learning_rate: 1,
        grad_norm: 1,
        module_norms: [1],
        timesteps: [(step % 7) / 7],
        sample_losses: [lossAt(step)],
        prodigy_d: 0,
        target_loss_smoothed: null,
        target_loss_scale: 1,
        diagnosis: '',
        epoch_finished,
        epoch_loss: epoch_finished ? lossAt(step) : null,
        finished: step === total_steps,
      } as unknown as StepReport;
    },
    validate: async () => {
      instant();
      return {loss: lossAt(step) + 1, timesteps: [0.5], losses: [lossAt(step) + 1]};
    },
    generate: async ({context}) => {
      instant();
      const channels = context.channels / 2;
      return {
        data: new Float32Array(context.data.length / 2),
        frames: context.data.length / context.channels,
        channels,
      };
    },
    save: async (folder, stamps) => {
      await write(folder, 'adapter_model.safetensors', {weight}, stamps);
      await write(
        folder,
        'training_state.safetensors',
        {step, weight},
        {
          options: JSON.stringify({epochs}),
          total_steps: String(total_steps),
        },
      );
    },
    saveAdapter: (folder, weights, stamps) =>
      write(folder, 'adapter_model.safetensors', {weight, weights}, stamps),
    lengths: async () => ({least_steps: 1, most_steps: null, any_epochs: true}),
    load: async (folder, resume) => {
      const {metadata} = await readSafetensorsHeader(join(folder, 'training_state.safetensors'));
      const saved = JSON.parse(metadata.value!);
      weight = saved.weight;
      step = resume === 'exact' ? saved.step : 0;
      return {global_step: step, finished: step === total_steps};
    },
    join: async () => ({gradients: ''}),
    follow: async () => 'the_end',
    dismiss: close,
    close,
    [Symbol.asyncDispose]: close,
  };
}

export class Killed extends Error {}

export interface Attempt {
  readonly ended: 'done' | 'stopped' | 'killed';
  /** How many instants it lived through; one can be named to kill the next attempt at. */
  readonly instants: number;
  readonly log: readonly string[];
}

export interface Disturbance {
  readonly kill_at?: number;
  /** Something happens beside the attempt. */
  readonly at?: {readonly instant: number; readonly act: () => void};
}

/** One attempt in a folder that may hold what earlier ones left. It dies at instant `kill_at`, where nothing is tidied up. */
export async function attempt(
  folder: string,
  options: RunOptions,
  {kill_at = Number.POSITIVE_INFINITY, at}: Disturbance = {},
): Promise<Attempt> {
  let instants = 0;
  const log: string[] = [];
  const instant = () => {
    instants += 1;
    if (instants >= kill_at) throw new Killed();
    if (instants === at?.instant) at.act();
  };
  const params = paramsOf(options);
  const partial_dir = join(folder, 'partial');
  const context = {
    job: {
      params: {tensors: 'songs', ...params},
      contents: {tensors: '5079'},
      numerics: null,
      inputs: {
        model: {
          json: {
            name: 'tiny',
            base: 'turbo',
            inference: {shift: 3, steps: 8},
            components: {dit: {hash: 'd17'}, silence_latent: {hash: '0'}},
          },
        },
      },
      partial_dir,
      out_dir: join(folder, 'out'),
      device: 'cpu',
      fingerprint: JSON.stringify(params) as Fingerprint,
    },
    signal: new AbortController().signal,
    emit: instant,
    log: (line: string) => log.push(line),
    partial: partialStateIn(partial_dir),
  } as unknown as WorkerContext;
  const held = {name: 'b', files: [], identity: 'b', repeats: 1, trigger: ''};
  const split: Split = {
    training: [{...held, name: 'a', identity: 'a'}],
    validation: params.validation.fraction > 0 ? [held] : [],
  };
  try {
    return {
      ended: await runTraining(context, inventedTrainer(params.epochs, instant), {split}),
      instants,
      log,
    };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return {ended: 'killed', instants, log};
  }
}

/** Hashes of all that the run hands over, by path. */
export async function outputs(folder: string): Promise<Record<string, string>> {
  const top = join(folder, 'out');
  const found: Record<string, string> = {};
  for (const entry of await readdir(top, {recursive: true, withFileTypes: true})) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile())
      found[relative(top, path)] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
  }
  return found;
}
