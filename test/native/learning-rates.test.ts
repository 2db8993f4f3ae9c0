import {readFileSync} from 'node:fs';
import {beforeAll, describe, expect, test} from 'vitest';
import type {JsonObject} from '../../src/base/json.js';
import {SidestepError} from '../../src/base/problem.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {type Addon, loadAddon} from '../../src/native/addon.js';
import {countedSteps, learningRates} from '../../src/native/schedule.js';
import {curveLine} from '../../src/render/curve.js';
import {ratesQuestion, trainingWork} from '../../src/run/forecast/training-work.js';
import {formulaProblem} from '../../src/stage/formula.js';
import {stageTypes} from '../../src/stage/registry.js';
import {type TrainingSteps, trainingSteps} from '../../src/stage/training-steps.js';
import {rates} from '../../src/worker/rates.js';
import {addonPath} from '../addon-path.js';

let addon: Addon;
beforeAll(() => {
  addon = loadAddon(addonPath);
});

const LENGTH = {total_steps: 40, steps_per_epoch: 10};

function ratesOf(schedule: JsonObject, optimizer: JsonObject = {type: 'adamw'}): Promise<number[]> {
  const options = {epochs: 4, optimizer: {learning_rate: 1e-4, ...optimizer}, schedule};
  const steps = Array.from({length: LENGTH.total_steps}, (_, step) => step);
  return learningRates(addon, {...LENGTH, options, steps});
}

interface Curve {
  readonly scheduler_type: string;
  readonly optimizer_type?: string;
  readonly total_steps: number;
  readonly warmup_steps?: number;
  readonly warmup_start_factor?: number;
  readonly n_restarts?: number;
  readonly cosine_eta_min_ratio?: number;
  readonly scheduler_formula?: string;
  readonly formula?: string;
  readonly steps_per_epoch?: number;
  readonly epochs?: number;
  readonly total_epochs?: number;
}

/** What upstream is called with, as this program's parameters; the names of the golden file are upstream's. */
function upstreamRates(curve: Curve, base: number, count: number): Promise<number[]> {
  const linear = curve.scheduler_type === 'linear';
  const options = {
    epochs: curve.total_epochs ?? curve.epochs ?? 10,
    optimizer: {type: curve.optimizer_type ?? 'adamw', learning_rate: base},
    schedule: {
      type: curve.scheduler_type,
      warmup_steps: curve.warmup_steps ?? 0,
      warmup_start_factor: curve.warmup_start_factor ?? 0.1,
      n_restarts: curve.n_restarts ?? 4,
      floor_factor: linear ? 0.01 : (curve.cosine_eta_min_ratio ?? 0.01),
      formula: curve.scheduler_formula ?? curve.formula ?? '',
    },
  };
  return learningRates(addon, {
    options,
    total_steps: curve.total_steps,
    steps_per_epoch: curve.steps_per_epoch ?? 100,
    steps: Array.from({length: count}, (_, step) => step),
  });
}

const known = ['cosine', 'cosine_restarts', 'linear', 'constant', 'constant_with_warmup', 'custom'];

test('the addon answers with the rates that upstream trains with', async () => {
  await using golden = await openSafetensors('test/golden/lr_schedule.safetensors');
  const config = JSON.parse(golden.metadata.config!) as {
    base_lr: number;
    curves: Record<string, Curve>;
    errors?: Record<string, unknown>;
  };
  const compared = Object.entries(config.curves).filter(
    ([name, {scheduler_type}]) => known.includes(scheduler_type) && !Object.hasOwn(config.errors ?? {}, name),
  );
  expect(compared.length).toBeGreaterThan(40);
  for (const [name, curve] of compared) {
    const {data} = await golden.read(`out/${name}`);
    const expected = new Float64Array(Uint8Array.from(data).buffer);
    const rates = await upstreamRates(curve, config.base_lr, expected.length);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(rates[i]! - value)), 0);
    expect(worst, `${name} ${JSON.stringify(curve)}`).toBeLessThan(1e-9);
  }
});

/** Plans count without an engine. */
test('steps are counted as the engine counts them', async () => {
  const seed = 20261130;
  const random = mulberry(seed);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  for (let i = 0; i < 2000; i += 1) {
    const params = {
      epochs: upTo(12),
      max_steps: random() < 0.5 ? 0 : upTo(60),
      batch_size: upTo(6),
      gradient_accumulation_steps: upTo(6),
      dataset_repeats: upTo(3),
    };
    const songs = upTo(30);
    const engine = await countedSteps(addon, params, songs);
    const words = `${JSON.stringify({...params, songs})}, seed ${seed}`;
    expect(trainingSteps(params, songs), words).toEqual(engine);
    expect(trainingWork(params, songs), words).toEqual({
      epochs: params.epochs,
      micro_steps: microSteps(engine, params.gradient_accumulation_steps),
      steps: engine.total_steps,
    });
  }
});

/** Group by group, as the engine takes them. */
function microSteps(run: TrainingSteps, accumulation: number): number {
  let micro_steps = 0;
  for (let step = 0; step < run.total_steps; step += 1) {
    const first = (step % run.steps_per_epoch) * accumulation;
    micro_steps += Math.min(accumulation, run.micro_steps_per_epoch - first);
  }
  return micro_steps;
}

test('a curve is asked for from the first update to the last, and drawn with its peak', async () => {
  const params = {
    batch_size: 1,
    gradient_accumulation_steps: 1,
    epochs: 10,
    optimizer: {type: 'adamw', learning_rate: 1e-4},
    schedule: {type: 'linear', warmup_steps: 10, warmup_start_factor: 0.1, floor_factor: 0.01},
  };
  const [curve = [], cut = [], one = []] = await rates(addonPath, [
    ratesQuestion({...params, validation: {fraction: 0.1}}, 11),
    ratesQuestion({...params, max_steps: 7}, 10),
    ratesQuestion({...params, max_steps: 1}, 10),
  ]);
  expect(curve).toHaveLength(40);
  expect(curveLine(curve, 10)).toBe('▄█▇▆▅▄▄▃▂▁  1e-5 → 1e-4 → 2.1e-6');
  expect(cut).toHaveLength(7);
  expect(one).toHaveLength(1);
});

/** Every schedule with two values of what shapes it. */
const shapes: readonly JsonObject[] = [
  {type: 'cosine', floor_factor: 0.01},
  {type: 'cosine', floor_factor: 0.5},
  {type: 'cosine_restarts', n_restarts: 2, floor_factor: 0.01},
  {type: 'linear', floor_factor: 0.01},
  {type: 'constant'},
  {type: 'constant_with_warmup'},
];

test('what is said to decide nothing under Prodigy decides nothing in the engine, and a custom schedule does', async () => {
  const counting = (schedule: JsonObject, type: string) => {
    const {ineffective = []} = stageTypes.get('train')!;
    const params = {optimizer: {type}, schedule};
    return Object.keys(schedule).filter((key) =>
      ineffective.every(({params: paths, when}) => !(paths.includes(`schedule.${key}`) && when(params))),
    );
  };
  const held = await ratesOf({type: 'constant', warmup_steps: 3}, {type: 'prodigy'});
  for (const shape of shapes) {
    expect(counting(shape, 'prodigy'), JSON.stringify(shape)).toEqual([]);
    expect(await ratesOf({...shape, warmup_steps: 3}, {type: 'prodigy'})).toEqual(held);
    expect(counting(shape, 'adamw')).toEqual(Object.keys(shape));
  }
  const custom = {type: 'custom', formula: 'base_lr * (1 - progress)', warmup_steps: 3};
  expect(counting(custom, 'prodigy')).toEqual(Object.keys(custom));
  expect(await ratesOf(custom, {type: 'prodigy'})).not.toEqual(held);
});

/** The rows of the training guide's table. */
const templates = [
  ...readFileSync('docs/training-guide.md', 'utf8').matchAll(/^\| ([^|`]+) \| `([^`]*base_lr[^`]*)` \|$/gm),
].map(([, name, formula]) => ({name: name!, formula: formula!}));

test('the guide has formulas to begin with', () => {
  expect(templates.length).toBeGreaterThanOrEqual(5);
});

test.each(templates)('the formula "$name" of the guide is one, and has a curve', async ({formula}) => {
  const params = {schedule: {type: 'custom', formula}};
  expect(stageTypes.get('train')!.derive!(params, () => undefined).faults).toEqual([]);
  const rates = await ratesOf({type: 'custom', formula, warmup_steps: 0});
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-4);
  expect(Math.min(...rates)).toBeLessThan(Math.max(...rates));
});

/** What the engine says of a formula; undefined: it takes it. */
async function engineProblem(formula: string): Promise<string | undefined> {
  try {
    await ratesOf({type: 'custom', formula, warmup_steps: 1});
    return undefined;
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return error.problem.message;
  }
}

describe('a formula is read without an engine as the engine reads it', () => {
  test.each([
    '',
    'base_lr * (1 - progress)',
    'import os',
    'base_lr * ',
    '(step',
    'cos(1, 2)',
    'cos()',
    'clamp(1, 2)',
    'max()',
    'step if 1',
    'lr * 2',
    'step; 2',
    'constructor',
    '1..2',
    '.',
    '1e',
    '1e5',
    '1.e+',
    '.5e-3',
    '2 ** -1 ** +2',
    '0.2 < progress <= 0.8',
    'not not step or 1 and 0',
    'notstep',
    'x if step else 1',
    '5if step else 1',
    'True + False - e * pi',
    'step \t+\n1',
    'stép',
    '1 = 2',
    '1 * * 2',
    '1 ** ** 2',
    `${'(('.repeat(20)}1${'))'.repeat(20)}`,
    `${'('.repeat(64)}1${')'.repeat(64)}`,
    `${'-'.repeat(64)}1`,
    `${'-'.repeat(63)}1`,
    `${'not '.repeat(64)}1`,
  ])('%j', async (formula) => {
    expect(formulaProblem(formula)?.message).toBe(await engineProblem(formula));
  });

  test('whatever its words are', async () => {
    const words = [
      ...[
        'step',
        'progress',
        'total_steps',
        'base_lr',
        'pi',
        'e',
        'True',
        'nothing',
        'if',
        'else',
        'or',
        'and',
        'not',
      ],
      ...['cos', 'min', 'clamp', 'pow', '(', ')', ',', '1', '.5', '2.', '1e-3', '3e', '.', ' ', ' '],
      ...['+', '-', '*', '**', '/', '//', '%', '<', '<=', '==', '!=', '=', '!', '>'],
    ];
    const seed = 20260131;
    const random = mulberry(seed);
    let taken = 0;
    for (let i = 0; i < 3000; i += 1) {
      const length = 1 + Math.floor(random() * 9);
      const formula = Array.from({length}, () => words[Math.floor(random() * words.length)]).join('');
      const engine = await engineProblem(formula);
      if (engine === undefined) taken += 1;
      expect(formulaProblem(formula)?.message, `${JSON.stringify(formula)}, seed ${seed}`).toBe(engine);
    }
    expect(taken).toBeGreaterThan(100);
  });
});

/** Numbers from 0 to 1 that are the same each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
