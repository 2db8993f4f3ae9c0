import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {curveLine} from '../../src/render/curve.js';
import {FORMULA_TEMPLATES, learningRate, learningRateCurve} from '../../src/stage/learning-rate.js';
import {stageTypes} from '../../src/stage/registry.js';

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
function rateOf(curve: Curve, base: number): (step: number) => number {
  const linear = curve.scheduler_type === 'linear';
  const params = {
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
  return learningRate(params, {
    total_steps: curve.total_steps,
    steps_per_epoch: curve.steps_per_epoch ?? 100,
  });
}

const known = ['cosine', 'cosine_restarts', 'linear', 'constant', 'constant_with_warmup', 'custom'];

test('the rates that are drawn are those that upstream trains with', async () => {
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
    const rate = rateOf(curve, config.base_lr);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(rate(i) - value)), 0);
    expect(worst, `${name} ${JSON.stringify(curve)}`).toBeLessThan(1e-9);
  }
});

test('a curve is drawn from the first update to the last, its peak named', () => {
  const params = {
    epochs: 10,
    optimizer: {type: 'adamw', learning_rate: 1e-4},
    schedule: {type: 'linear', warmup_steps: 10, warmup_start_factor: 0.1, floor_factor: 0.01},
  };
  const curve = learningRateCurve(params, {total_steps: 100, steps_per_epoch: 10});
  expect(curve).toHaveLength(40);
  expect(curveLine(curve, 10)).toBe('▄█▇▆▅▄▄▃▂▁  1e-5 → 1e-4 → 2.1e-6');
  expect(curveLine(learningRateCurve(params, {total_steps: 1, steps_per_epoch: 1}))).toBe('');
  expect(curveLine([1e-4, 1e-4, 1e-4])).toMatch(/ {2}1e-4$/);
});

test('the guide lists the templates', () => {
  const guide = readFileSync('docs/training-guide.md', 'utf8');
  for (const {name, formula} of FORMULA_TEMPLATES) expect(guide).toContain(`| ${name} | \`${formula}\` |`);
});

test.each(FORMULA_TEMPLATES)(
  'the template "$name" is a formula that training takes, and has a curve',
  ({formula}) => {
    const params = {
      epochs: 4,
      optimizer: {type: 'adamw', learning_rate: 1e-4},
      schedule: {type: 'custom', formula, warmup_steps: 0},
    };
    const settled = stageTypes.get('train')!.derive!(params, () => undefined);
    expect(settled.faults).toEqual([]);
    const curve = learningRateCurve(params, {total_steps: 40, steps_per_epoch: 10});
    expect(Math.max(...curve)).toBeLessThanOrEqual(1e-4);
    expect(Math.min(...curve)).toBeLessThan(Math.max(...curve));
  },
);
