import {createHash} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeAll, expect, test} from 'vitest';
import type {Json, JsonObject} from '../../src/base/json.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {readTorchTensors} from '../../src/format/torch-file.js';
import {loadAddon} from '../../src/native/addon.js';
import type {SampleFiles} from '../../src/native/plan.js';
import {openTrainer, type RunShape} from '../../src/native/trainer.js';
import {trainingWork} from '../../src/run/forecast/training-work.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import type {ParamObject} from '../../src/stage/param.js';
import {withoutPlaces} from '../../src/stage/resume-differences.js';
import {addonPath} from '../addon-path.js';
import {resolveText} from '../config/resolved.js';

/**
 * Every option of a train stage that the engine is responsible for is changed, through the real configuration, and a short
 * training on the tiny reference checkpoint is watched: something must come out otherwise. An option in neither table is a
 * failure, and so is one that nothing listens to.
 */
interface Change {
  /** Dotted path of the option. */
  readonly option: string;
  readonly value: Json;
  /** What must be beside it for the option to matter. */
  readonly beside?: JsonObject;
}

const lora = {adapter: {type: 'lora', rank: 4, alpha: 8}};
const lokr = {adapter: {type: 'lokr', rank: 2, alpha: 8, factor: 4}};
const loha = {adapter: {type: 'loha', rank: 4, alpha: 8}};
const oft = {adapter: {type: 'oft', block_size: 8}};
const prodigy = {optimizer: {type: 'prodigy', d0: 0.01}};
const adafactor = {optimizer: {type: 'adafactor'}};
const minSnr = {loss_weighting: 'min_snr'};
const target = {target_loss: {loss: 3, warmup_steps: 0}, schedule: {type: 'constant', warmup_steps: 0}};
const held = {validation: {fraction: 0.25}};
const crop = {crop: {max_latent_length: 20}};
const custom = {schedule: {type: 'custom', formula: 'base_lr', warmup_steps: 1}};
const restarts = {schedule: {type: 'cosine_restarts', n_restarts: 2, warmup_steps: 0}};
const warm = (type: string): JsonObject => ({schedule: {type, warmup_steps: 1}});
const batches = {batch_size: 2};

const changes: readonly Change[] = [
  {option: 'mode', value: 'vanilla'},
  {option: 'timestep.law', value: 'single'},
  {option: 'timestep.timestep_mu', value: 0.5},
  {option: 'timestep.timestep_sigma', value: 0.5},
  {option: 'timestep.adaptive_ratio', value: 1},
  {option: 'base_precision', value: '8bit'},
  {option: 'base_precision', value: 'int8'},
  {option: 'base_precision', value: 'fp8'},
  {option: 'cfg_dropout', value: 0.9},
  {option: 'loss_weighting', value: 'min_snr'},
  {option: 'snr_gamma', value: 0.1, beside: minSnr},
  {option: 'padding', value: 'upstream', beside: batches},
  {option: 'batch_size', value: 2},
  {option: 'gradient_accumulation_steps', value: 2},
  {option: 'partial_accumulation', value: 'upstream', beside: {gradient_accumulation_steps: 2}},
  {option: 'epochs', value: 5},
  {option: 'max_steps', value: 3},
  {option: 'dataset_repeats', value: 2},
  {option: 'shuffle', value: 'none'},
  {option: 'max_grad_norm', value: 0.001},
  {option: 'seed', value: 7},
  {option: 'gradient_checkpointing.enabled', value: false},
  {option: 'gradient_checkpointing.ratio', value: 0},
  {option: 'crop.chunk_duration', value: 1},
  {option: 'crop.max_latent_length', value: 20},
  {option: 'crop.start', value: 'uniform', beside: crop},
  {option: 'crop.decay_every_epochs', value: 1, beside: {...crop, epochs: 30}},
  {option: 'ema_decay', value: 0.5},
  {option: 'validation.timesteps', value: [0.2], beside: held},
  {option: 'validation.draws', value: 2, beside: held},
  {option: 'validation.seed', value: 1, beside: held},
  {option: 'target_loss.loss', value: 4, beside: target},
  {option: 'target_loss.floor', value: 0.5, beside: {...target, target_loss: {loss: 100, warmup_steps: 0}}},
  {option: 'target_loss.warmup_steps', value: 3, beside: target},
  {option: 'target_loss.smoothing', value: 0, beside: target},
  {option: 'adapter.rank', value: 2, beside: lora},
  {option: 'adapter.alpha', value: 2, beside: lora},
  {option: 'adapter.dropout', value: 0.5, beside: lora},
  {option: 'adapter.bias', value: 'all', beside: lora},
  {option: 'adapter.rs_lora', value: true, beside: lora},
  {option: 'adapter.target_modules', value: ['q_proj'], beside: lora},
  {option: 'adapter.attention_type', value: 'self', beside: lora},
  {option: 'adapter.self_target_modules', value: ['q_proj'], beside: lora},
  {option: 'adapter.cross_target_modules', value: ['q_proj'], beside: lora},
  {option: 'adapter.target_mlp', value: true, beside: lora},
  {option: 'adapter.rank_pattern', value: {q_proj: 2}, beside: lora},
  {option: 'adapter.alpha_pattern', value: {q_proj: 2}, beside: lora},
  {option: 'adapter.type', value: 'dora', beside: lora},
  {option: 'adapter.factor', value: 8, beside: lokr},
  {option: 'adapter.decompose_both', value: true, beside: {adapter: {type: 'lokr', rank: 1, factor: 8}}},
  {option: 'adapter.full_matrix', value: true, beside: lokr},
  {option: 'adapter.use_scalar', value: true, beside: lokr},
  {option: 'adapter.weight_decompose', value: true, beside: lokr},
  {option: 'adapter.scope', value: 'decoder', beside: lokr},
  {option: 'adapter.use_tucker', value: true, beside: {adapter: {...loha.adapter, scope: 'decoder'}}},
  {option: 'adapter.block_size', value: 4, beside: oft},
  {option: 'adapter.coft', value: true, beside: oft},
  {option: 'adapter.eps', value: 1e-9, beside: {adapter: {...oft.adapter, coft: true}}},
  {option: 'adapter.block_share', value: true, beside: oft},
  {
    option: 'adapter.cayley',
    value: 'exact',
    beside: {...oft, optimizer: {type: 'adamw', learning_rate: 0.1}},
  },
  {
    option: 'adapter.cayley_terms',
    value: 2,
    beside: {...oft, optimizer: {type: 'adamw', learning_rate: 0.1}},
  },
  // tensors of fewer than 4096 values keep 32 bits
  {option: 'optimizer.type', value: 'adamw8bit', beside: {adapter: {type: 'lora', rank: 256}}},
  {option: 'optimizer.learning_rate', value: 0.01},
  {option: 'optimizer.weight_decay', value: 0.9},
  {option: 'optimizer.betas', value: [0.5, 0.9]},
  {option: 'optimizer.eps', value: 0.1},
  {option: 'optimizer.decay_rate', value: -0.3, beside: adafactor},
  {option: 'optimizer.clip_threshold', value: 0.1, beside: adafactor},
  {option: 'optimizer.d0', value: 0.1, beside: prodigy},
  {option: 'optimizer.d_coef', value: 3, beside: prodigy},
  {option: 'optimizer.use_bias_correction', value: false, beside: prodigy},
  {option: 'optimizer.safeguard_warmup', value: false, beside: {optimizer: {type: 'prodigy'}, epochs: 10}},
  {option: 'schedule.type', value: 'linear'},
  {option: 'schedule.warmup_steps', value: 0, beside: warm('cosine')},
  {option: 'schedule.warmup_start_factor', value: 0.9, beside: warm('cosine')},
  {option: 'schedule.floor_factor', value: 0.5},
  {option: 'schedule.n_restarts', value: 3, beside: restarts},
  {option: 'schedule.formula', value: 'base_lr * (1 - progress)', beside: custom},
];

/** Not the engine's: who acts on it, and where that is tested. */
/** Music on the way, which leaves the adapter as it is. */
const CLIPS = 'clips of the loop, not options of the engine: test/first-light/listen.test.ts';

const elsewhere: Readonly<Record<string, string>> = {
  'samples.every_epochs': CLIPS,
  'samples.every_steps': CLIPS,
  'samples.before_first_step': CLIPS,
  'samples.prompts': CLIPS,
  'samples.dataset': CLIPS,
  'samples.seeds': CLIPS,
  'samples.strengths': CLIPS,
  'samples.steps': CLIPS,
  'samples.guidance_scale': CLIPS,
  'samples.duration': CLIPS,
  model: 'an input',
  tensors: 'an input',
  precision: 'chosen with the device: test/run/numerics.test.ts',
  'gradient_checkpointing.offload': 'without effect on the CPU: native/training/trainer_step_test.cpp',
  'adapter.selection.estimate': 'worker/train/options.ts: test/first-light/tensors.test.ts',
  'adapter.selection.use': 'worker/train/options.ts: test/first-light/tensors.test.ts',
  'validation.fraction': 'worker/train/samples.ts: test/first-light/options.test.ts',
  'validation.tensors': 'an input',
  'validation.every_epochs': 'worker/train/loop.ts',
  'checkpoint.every_epochs': 'worker/train/loop.ts: test/worker',
  'checkpoint.every_steps': 'worker/train/loop.ts: test/worker',
  'checkpoint.every_minutes': 'worker/train/loop.ts: test/worker',
  'checkpoint.keep_last': 'worker/train/progress-state.ts: test/worker',
  'checkpoint.keep_every': 'worker/train/progress-state.ts: test/worker',
  'checkpoint.keep_best': 'worker/train/progress-state.ts: test/worker',
  'checkpoint.best_after_epoch': 'worker/train/progress-state.ts: test/worker',
  'checkpoint.best_window': 'worker/train/progress-state.ts: test/worker',
  'checkpoint.best_min_delta': 'worker/train/progress-state.ts: test/worker',
  'early_stop.patience': 'worker/train/progress-state.ts: test/worker',
  'early_stop.min_delta': 'worker/train/progress-state.ts: test/worker',
  'logging.log_every': 'worker/train/metrics.ts: test/first-light/options.test.ts',
  'logging.log_heavy_every': 'worker/train/metrics.ts: test/first-light/options.test.ts',
  'logging.tensorboard': 'worker/train/metrics.ts: test/first-light/options.test.ts',
  'logging.log_dir': 'worker/train/metrics.ts: test/first-light/options.test.ts',
  resume: 'worker/train/resume.ts: test/first-light/continue.test.ts',
  resume_from: 'worker/train/resume.ts: test/first-light/continue.test.ts',
  max_nonfinite_steps: 'test/first-light/options.test.ts, in a run that explodes',
  'inference.shift': 'metadata: test/first-light/export.test.ts',
  'inference.num_inference_steps': 'metadata: test/first-light/export.test.ts',
  output_dir: 'run/publish.ts',
};

const golden = join(import.meta.dirname, '../golden');
const addon = loadAddon(addonPath);
const folder = mkdtempSync(join(tmpdir(), 'train-options-'));
let samples: SampleFiles[];

/** Both recorded songs, each whole and cut short, so that batches are ragged. */
beforeAll(async () => {
  const files: SampleFiles[] = [];
  for (const name of ['a_stereo48k', 'b_mono44k']) {
    const tensors = await readTorchTensors(join(golden, `e2e/${name}.pt`));
    const wanted = ['target_latents', 'context_latents', 'encoder_hidden_states'];
    for (const keep of [1, 0.6]) {
      const path = join(folder, `${name}-${keep}.safetensors`);
      const cut = wanted.map((tensor) => {
        const {dtype, shape, data} = tensors.get(tensor)!;
        const rows = tensor === 'encoder_hidden_states' ? shape[0]! : Math.floor(shape[0]! * keep);
        return {
          name: tensor,
          dtype,
          shape: [rows, shape[1]!],
          data: data.subarray(0, (data.length / shape[0]!) * rows),
        };
      });
      await writeSafetensors(path, {tensors: cut});
      files.push({name: `${name}-${keep}`, files: [path]});
    }
  }
  samples = files;
});

/** Options as the worker hands them over: the configuration's, with every default. */
function optionsOf(given: JsonObject): JsonObject {
  const small = {epochs: 3, gradient_accumulation_steps: 1, schedule: {type: 'cosine', warmup_steps: 0}};
  const stage = {
    uses: 'train',
    with: {model: '${stages.model}', tensors: './tensors', ...lora, ...small, ...given},
  };
  const scan = {uses: 'scan', with: {checkpoint_dir: './checkpoints'}};
  const text = JSON.stringify({sidestep: 1, name: 'options', stages: {model: scan, it: stage}});
  const resolved = resolveText(text);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return withoutPlaces(resolved.value.stages.find(({id}) => id === 'it')!.params);
}

let serial = 0;

/** All that a short training shows: its plan, every step, the validation, what is saved. */
function trained(given: JsonObject): Promise<string> {
  return trainedAsTold(optionsOf(given));
}

async function trainedAsTold(options: JsonObject): Promise<string> {
  const [held, ...rest] = samples;
  await using trainer = await openTrainer(addon, {
    model_folder: join(golden, 'tiny_checkpoint/acestep-v15-turbo'),
    samples: rest,
    validation_samples: [held!],
    silence_latent: held!.files[0]!, // every sample brings its context
    options,
    precision: 'f32',
    device: 'cpu',
    threads: 1,
    memory_limit_bytes: 0, // as little as it takes: what is kept beyond that is asked for
  });
  const {shape, memory, modules} = trainer;
  const steps: unknown[] = [];
  for (let finished = false; !finished; ) {
    const report = await trainer.step();
    finished = report.finished;
    steps.push(report);
  }
  serial += 1;
  const saved = join(folder, String(serial));
  await trainer.saveAdapter(saved, 'best', {});
  const files = readdirSync(saved)
    .sort()
    .map((name) => hashOf(join(saved, name)));
  return JSON.stringify({shape, memory, modules, steps, validated: await trainer.validate(), files});
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function withValue(tree: JsonObject, path: string, value: Json): JsonObject {
  const [first, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return {...tree, [first]: value};
  return {...tree, [first]: withValue((tree[first] ?? {}) as JsonObject, rest.join('.'), value)};
}

/** What an option is in: its object is written out, so that the change is of that option alone. */
function basis({option, beside = {}}: Change): JsonObject {
  const own: JsonObject = option.startsWith('optimizer.') ? {optimizer: {type: 'adamw'}} : {};
  const schedule: JsonObject = option.startsWith('schedule.')
    ? {schedule: {type: 'cosine', warmup_steps: 0}}
    : {};
  return {...own, ...schedule, ...beside};
}

const known = new Map<string, Promise<string>>();
function remembered(given: JsonObject): Promise<string> {
  const key = JSON.stringify(given);
  const run = known.get(key) ?? trained(given);
  known.set(key, run);
  return run;
}

test.each(changes)('$option: $value', async (change) => {
  const before = await remembered(basis(change));
  expect(await trained(withValue(basis(change), change.option, change.value))).not.toBe(before);
});

const bases = [...new Map(changes.map((change) => [JSON.stringify(basis(change)), basis(change)])).values()];

test.each(bases)('beside %j, what the engine is not told is what the schema says', async (given) => {
  const whole = optionsOf(given);
  const told = withoutDefaults(schemas['stage.train']!, whole);
  expect(told).not.toEqual(whole);
  expect(await trainedAsTold(told)).toBe(await remembered(given));
});

/** Options without those that have their default; what chooses a variant, and the places of other stages, stay. */
function withoutDefaults(schema: Schema, options: JsonObject): JsonObject {
  const kept = Object.entries(options).flatMap(([key, value]): [string, Json][] => {
    const property = schema.properties?.[key];
    const variant = property?.oneOf?.find(
      (branch) => branch.properties?.type?.const === (value as JsonObject).type,
    );
    const inner = variant ?? property;
    if (inner?.properties !== undefined) return [[key, withoutDefaults(inner, value as JsonObject)]];
    const isDefault = inner !== undefined && JSON.stringify(inner.default) === JSON.stringify(value);
    return isDefault ? [] : [[key, value]];
  });
  return Object.fromEntries(kept);
}

/** Forecasts count a run's steps without the engine. */
test.each([
  {epochs: 3, batch_size: 2, gradient_accumulation_steps: 2},
  {epochs: 2, batch_size: 1, gradient_accumulation_steps: 2, dataset_repeats: 3},
  {epochs: 5, batch_size: 2, gradient_accumulation_steps: 1, max_steps: 7},
])('%j are as many steps as a forecast says', async (given) => {
  const {shape} = JSON.parse(await remembered(given)) as {readonly shape: RunShape};
  const {steps} = trainingWork(optionsOf(given) as ParamObject, samples.length - 1);
  expect(steps).toBe(shape.total_steps);
});

test('the same options give the same run', async () => {
  expect(await trained({})).toBe(await remembered({}));
});

test('every option of the schema is in one of the tables', () => {
  const told = new Set([...changes.map(({option}) => option), ...Object.keys(elsewhere)]);
  expect([...new Set(leaves(schemas['stage.train']!))].filter((path) => !told.has(path))).toEqual([]);
});

function leaves(schema: Schema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    if (property.oneOf !== undefined) return property.oneOf.flatMap((branch) => leaves(branch, `${path}.`));
    return property.properties === undefined ? [path] : leaves(property, `${path}.`);
  });
}
