import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {readAdapter} from '../../src/adapter/read.js';
import type {RunEvent} from '../../src/event/event.js';
import {type Ended, eventsOf, Project, preparation, problemsOf, resultOf, training} from './project.js';

/**
 * What training can be told, each a few steps on three clips. All train stages are in one pipeline, so that the songs are
 * encoded once and the command starts once.
 */
const variants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  plain: {},
  lora: {adapter: {type: 'lora', rank: 4, bias: 'lora_only', rs_lora: true, dropout: 0.1}},
  lora_mlp: {adapter: {type: 'lora', rank: 4, target_mlp: true, attention_type: 'self'}},
  dora: {adapter: {type: 'dora', rank: 4, alpha: 8}},
  lokr: {adapter: {type: 'lokr', rank: 4, alpha: 8, factor: 4}},
  lokr_full: {adapter: {type: 'lokr', full_matrix: true, weight_decompose: true}},
  loha: {adapter: {type: 'loha', rank: 4, alpha: 8}},
  oft: {adapter: {type: 'oft', block_size: 8}},
  adamw8bit: {optimizer: {type: 'adamw8bit'}},
  adafactor: {optimizer: {type: 'adafactor'}},
  prodigy: {optimizer: {type: 'prodigy'}},
  cosine_restarts: {schedule: {type: 'cosine_restarts', n_restarts: 2, warmup_steps: 1}},
  linear: {schedule: {type: 'linear', warmup_steps: 1}},
  constant: {schedule: {type: 'constant', warmup_steps: 0}},
  constant_with_warmup: {schedule: {type: 'constant_with_warmup', warmup_steps: 0}},
  custom: {schedule: {type: 'custom', formula: '1 - step / total_steps', warmup_steps: 1}},
  vanilla: {mode: 'vanilla'},
  single_law: {timestep: {law: 'single', adaptive_ratio: 0.3}},
  min_snr: {loss_weighting: 'min_snr'},
  ema: {ema_decay: 0.5},
  validation: {validation: {fraction: 0.34, timesteps: [0.2, 0.8]}},
  validation_again: {
    validation: {fraction: 0.34, timesteps: [0.2, 0.8]},
    logging: {log_every: 2, tensorboard: false},
  },
  batches: {batch_size: 2},
  batches_upstream: {batch_size: 2, padding: 'upstream', partial_accumulation: 'upstream'},
  accumulated: {gradient_accumulation_steps: 2},
  kept_activations: {gradient_checkpointing: {enabled: false}},
  half_kept: {gradient_checkpointing: {ratio: 0.5}},
  recomputed: {gradient_checkpointing: {ratio: 1}},
  offloaded: {gradient_checkpointing: {offload: true}},
  crop: {crop: {chunk_duration: 1}},
  crop_uniform: {crop: {max_latent_length: 20, start: 'uniform', decay_every_epochs: 0}},
  repeats: {dataset_repeats: 2},
  limited: {epochs: 50, max_steps: 4},
  checkpoints: {epochs: 4, checkpoint: {every_epochs: 0, every_steps: 3, keep_last: 2, keep_best: 0}},
  early_stop: {
    epochs: 30,
    optimizer: {type: 'adamw', learning_rate: 1e-12},
    schedule: {type: 'constant', warmup_steps: 1},
    shuffle: 'none',
    early_stop: {patience: 2, min_delta: 100},
  },
  target_loss: {target_loss: {loss: 100, warmup_steps: 1}},
  heavy_log: {logging: {log_every: 1, log_heavy_every: 2, tensorboard: true, log_dir: 'boards'}},
};

/** Where TensorBoard finds its files when `log_dir` is not set. */
const board = {logging: {log_every: 1, tensorboard: true}};
const boards = {
  beside: {...board, seed: 1},
  recorded: {...board, seed: 2, output_dir: undefined}, // JSON leaves it out
};

const refused: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  explodes: {
    epochs: 30,
    schedule: {type: 'custom', formula: '1e30', warmup_steps: 1},
    max_grad_norm: 0,
    max_nonfinite_steps: 3,
  },
  no_such_module: {adapter: {type: 'lora', target_modules: ['z_proj']}},
};

const project = new Project();
let ended: Ended;

beforeAll(async () => {
  const songs = preparation({clips: 3, clip_duration: 2});
  const stages = Object.entries({...variants, ...refused, ...boards}).map(([name, options]) => [
    name,
    {...training(name, options), cache: false}, // else what differs only in neutral options is trained once
  ]);
  project.writePipeline({...songs, ...Object.fromEntries(stages)});
  ended = await project.run(['--keep-going']);
  if (ended.code === 2) throw new Error(`the pipeline is refused:\n${ended.stdout}${ended.stderr}`);
});
afterAll(() => project.remove());

function of<Kind extends RunEvent['kind']>(stage: string, kind: Kind) {
  return eventsOf(ended, kind).filter((event) => 'stage' in event && event.stage === stage);
}

function metrics(name: string, kind: string): Record<string, unknown>[] {
  return project.lines('adapters', name, 'metrics.jsonl').filter((metric) => metric.kind === kind);
}

function rates(name: string): number[] {
  return metrics(name, 'step').map(({learning_rate}) => learning_rate as number);
}

test.each(Object.keys(variants))(
  '%s: trains, with finite losses, and leaves an adapter that changes weights',
  async (name) => {
    expect(resultOf(ended, name)?.kind, problemsOf(ended)).toBe('succeeded');
    const losses = of(name, 'step_finished').map((event) => (event as {loss: number | null}).loss);
    expect(losses.length).toBeGreaterThan(0);
    expect(losses.every((loss) => Number.isFinite(loss))).toBe(true);
    const {modules} = await readAdapter(project.file('adapters', name));
    expect(modules.length).toBeGreaterThan(0);
  },
);

test('adapters are of the type asked for', async () => {
  for (const [name, kind] of Object.entries({
    lora: 'lora',
    dora: 'dora',
    lokr: 'lokr',
    lokr_full: 'lokr',
    loha: 'loha',
    oft: 'oft',
  })) {
    expect((await readAdapter(project.file('adapters', name))).kind, name).toBe(kind);
  }
  const {modules} = await readAdapter(project.file('adapters/lora_mlp'));
  expect(modules.some(({name}) => name.includes('mlp.gate_proj'))).toBe(true);
  expect(modules.some(({name}) => name.includes('cross_attn'))).toBe(false);
});

test('every option that decides the result changes it, every other leaves the bytes as they are', () => {
  const weights = (name: string) => {
    const files = Object.entries(project.contents('adapters', name));
    return files.find(([file]) => /^[^/]*(model|weights)\.safetensors$/.test(file))?.[1];
  };
  const same = ['kept_activations', 'half_kept', 'recomputed', 'offloaded', 'heavy_log'];
  for (const name of same) expect(weights(name), name).toBe(weights('plain'));
  const others = Object.keys(variants).filter((name) => name !== 'plain' && !same.includes(name));
  const hashes = others.filter((name) => name !== 'validation_again').map(weights);
  expect(hashes).not.toContain(weights('plain'));
  expect(hashes).not.toContain(undefined);
});

test('schedules: each its own rates', () => {
  expect(rates('constant')).toEqual(rates('constant_with_warmup'));
  expect(new Set(rates('constant')).size).toBe(1);
  expect(rates('linear').at(-1)).toBeLessThan(rates('linear')[1]!);
  const all = ['plain', 'cosine_restarts', 'linear', 'constant', 'custom'].map((name) => rates(name).join());
  expect(new Set(all).size).toBe(all.length);
});

test('a moving average: the raw weights are beside it and differ', () => {
  const files = project.contents('adapters/ema');
  expect(files['raw/adapter_model.safetensors']).toMatch(/^[0-9a-f]{64}$/);
  expect(files['raw/adapter_model.safetensors']).not.toBe(files['adapter_model.safetensors']);
  expect(files['raw/sidestep.json']).toBe(files['sidestep.json']);
});

test('validation: before step 0 and after each epoch, the same numbers in every run', () => {
  const measured = metrics('validation', 'validation');
  expect(measured.map(({global_step}) => global_step)).toEqual([0, 2, 4]);
  expect(Object.keys(measured[0]!.bands as object)).toEqual(['0.2', '0.8']);
  expect(metrics('validation_again', 'validation')).toEqual(measured);
  const untouched = of('validation', 'validation_finished')[0] as {loss: number};
  expect(untouched.loss).toBe(measured[0]!.loss);
});

test('how many steps an epoch has: batches, repeats, accumulation, a limit', () => {
  const steps = (name: string) => of(name, 'step_finished').length;
  expect(steps('plain')).toBe(6);
  expect(steps('batches')).toBe(4);
  expect(steps('accumulated')).toBe(4);
  expect(steps('repeats')).toBe(12);
  expect(steps('limited')).toBe(4);
});

test('checkpoints by steps: the last two are kept, no best', () => {
  const files = project.filesBelow('adapters/checkpoints');
  const kept = new Set(
    files.filter((name) => name.startsWith('checkpoints/')).map((name) => name.split('/')[1]),
  );
  expect(kept).toEqual(new Set(['step_9', 'step_12']));
  expect(files.some((name) => name.startsWith('best/'))).toBe(false);
  expect(of('checkpoints', 'checkpoint_saved')).toHaveLength(4);
});

test('early stopping stops, and says so in the summary', () => {
  expect(of('early_stop', 'epoch_finished')).toHaveLength(3);
});

test('losses by timestep: a step of one song has its loss in one band', () => {
  for (const {loss, bands} of metrics('plain', 'step')) {
    expect(Object.keys(bands as object)).toEqual([expect.stringMatching(/^0\.\d-[01]\.\d$/)]);
    expect(Object.values(bands as object)).toEqual([loss]);
  }
  const told = of('plain', 'step_finished') as unknown as {bands: object}[];
  expect(told.map(({bands}) => bands)).toEqual(metrics('plain', 'step').map(({bands}) => bands));
});

test('losses by timestep are means over all songs since the line before', () => {
  const single = of('validation_again', 'step_finished') as unknown as {bands: Record<string, number>}[];
  const lines = metrics('validation_again', 'step').map(({bands}) => bands as Record<string, number>);
  expect(lines).toHaveLength(3); // of step 1, 2 and 4
  const last = single.slice(2, 4).flatMap(({bands}) => Object.entries(bands));
  const names = [...new Set(last.map(([name]) => name))].sort();
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
  const means = names.map((name) => [name, mean(last.flatMap(([of, loss]) => (of === name ? [loss] : [])))]);
  expect(lines.at(-1)).toEqual(Object.fromEntries(means));
});

test('Prodigy: its estimate and the rate that comes of it', () => {
  const lines = metrics('prodigy', 'step') as unknown as Record<string, number>[];
  expect(lines.length).toBe(6);
  for (const {prodigy_d, learning_rate, effective_learning_rate} of lines)
    expect(effective_learning_rate).toBe(prodigy_d! * learning_rate!);
  const estimates = lines.map(({prodigy_d}) => prodigy_d!);
  expect(estimates[0]).toBeGreaterThanOrEqual(1e-6);
  expect(estimates).toEqual(estimates.toSorted((a, b) => a - b));
  expect(metrics('plain', 'step').some((line) => 'prodigy_d' in line)).toBe(false);
});

test('a target loss: the mean it goes by, and what it does to the next rate', () => {
  const lines = metrics('target_loss', 'step') as unknown as Record<string, number>[];
  const unaffected = rates('plain');
  let mean: number | undefined;
  let scale = 1;
  lines.forEach(({loss, learning_rate, target_loss_smoothed, target_loss_scale}, index) => {
    mean = mean === undefined ? loss! : 0.98 * mean + 0.02 * loss!;
    expect(target_loss_smoothed).toBeCloseTo(mean, 12);
    expect(target_loss_scale).toBeCloseTo(scale, 12);
    expect(learning_rate).toBeCloseTo(unaffected[index]! * scale, 12);
    scale = 0.01 * Math.exp((-10 * (100 - mean)) / 100); // far below the target
  });
});

test('what is trained, and what the optimizer keeps for it, is the first line', () => {
  const memory = (name: string) => metrics(name, 'memory')[0] as unknown as Record<string, number>;
  const {trained_parameters: trained} = memory('plain');
  expect(memory('plain')).toMatchObject({
    optimizer_bytes: 8 * trained!,
    adapter_bytes: 8 * trained!,
    ema_bytes: 0,
  });
  expect(memory('prodigy').optimizer_bytes).toBe(16 * trained!);
  expect(memory('ema').ema_bytes).toBe(4 * trained!);
  expect(project.lines('adapters', 'plain', 'metrics.jsonl')[0]!.kind).toBe('memory');
});

test('norms of single modules and TensorBoard files, where asked for', () => {
  const [second] = metrics('heavy_log', 'step').filter(({global_step}) => global_step === 2);
  expect(Object.keys(second!.module_norms as object)).toHaveLength(16);
  const [board] = project.filesBelow('boards');
  expect(board).toMatch(/^events\.out\.tfevents/);
  const events = readFileSync(project.file('boards', board!), 'latin1');
  for (const tag of ['train/timesteps', 'train/loss_t_0.4-0.6', 'memory/optimizer_bytes'])
    expect(events).toContain(tag);
  expect((second!.timesteps as number[]).reduce((sum, count) => sum + count)).toBe(2); // of two steps of one song
});

test('TensorBoard files are in `runs` beside the adapter, as upstream has them, else in the run record', () => {
  const events = (...folder: readonly string[]) =>
    project.filesBelow(...folder).filter((name) => name.includes('events.out.tfevents'));
  expect(events('adapters/beside')).toEqual([expect.stringMatching(/^runs\//)]);
  expect(events('.sidestep/runs')).toEqual([expect.stringMatching(/^[^/]+\/tensorboard\/recorded\//)]);
});

test.each([
  {name: 'explodes', code: 'train/nonfinite', says: /learning.rate/i},
  {name: 'no_such_module', code: 'train/no-such-module', says: /z_proj.*q_proj/},
])('$name: fails and says why', ({name, code, says}) => {
  const result = resultOf(ended, name);
  if (result?.kind !== 'failed') return expect.fail(`ended as ${result?.kind}`);
  expect(result.problem.code).toContain(code);
  expect(`${result.problem.message} ${result.problem.hint}`).toMatch(says);
});
