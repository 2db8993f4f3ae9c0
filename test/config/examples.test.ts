import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, test} from 'vitest';
import type {ConfiguredStage} from '../../src/config/pipeline.js';
import {resolvePipeline} from '../../src/config/resolve.js';
import {findPresets, type PresetFile} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import {orderStages} from '../../src/plan/dag.js';
import {trainPipeline} from './resolved.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
let presets: readonly PresetFile[];
beforeAll(async () => {
  presets = await findPresets({project_dir: '/nowhere', user_dir: '/nowhere'});
});

function resolved(file: string, text: string) {
  return resolvePipeline({file, text, settings: noSettings(), presets, overrides: [], env: {}});
}

const examples = readdirSync(`${root}pipelines`).filter((name) => /^(?!.*\.lock).*\.yaml$/.test(name));

test('there is an example for every real use', () => {
  const uses = ['lora', 'lokr', 'vanilla', 'selective', 'ranks', 'card-8gb', 'smoke'];
  expect(examples).toEqual(expect.arrayContaining(uses.map((name) => `${name}.yaml`)));
});

describe('examples in pipelines/', () => {
  test.each(examples)('%s is valid, and all that it says has an effect', (name) => {
    const file = `${root}pipelines/${name}`;
    const pipeline = resolved(file, readFileSync(file, 'utf8'));
    expect(pipeline.ok ? [] : pipeline.problems).toEqual([]);
    if (!pipeline.ok) return;
    expect(orderStages(pipeline.value.stages)).toHaveLength(pipeline.value.stages.length);
    const idle = pipeline.value.stages.flatMap((stage) =>
      stage.ineffective.filter(({position}) => position.file === file),
    );
    expect(idle).toEqual([]);
    expect(pipeline.value.name, 'the name of its file').toBe(name.replace('.yaml', ''));
  });
});

test('the README walks through pipelines/lora.yaml', () => {
  const [, yaml] = /^ *```yaml\n([\s\S]*?)^ *```$/m.exec(readFileSync(`${root}README.md`, 'utf8'))!;
  const file = `${root}pipelines/lora.yaml`;
  const [shown, real] = [yaml!.replaceAll(/^ {3}/gm, ''), readFileSync(file, 'utf8')].map((text) => {
    const pipeline = resolved(file, text);
    if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.problems));
    return pipeline.value.stages.map(({id, uses, params}) => ({id, uses, params}));
  });
  expect(shown).toEqual(real);
});

/** A train stage with nothing but a preset. */
function stageWith(preset: string): ConfiguredStage {
  const text = trainPipeline('mode: fixed').replace('uses: train', `uses: train\n    preset: ${preset}`);
  const pipeline = resolved('/project/pipeline.yaml', text);
  if (!pipeline.ok) throw new Error(JSON.stringify(pipeline.problems));
  return pipeline.value.stages.find(({id}) => id === 'train')!;
}

/** What upstream's seven presets say, in its own words; where two numbers differ from the first row, that is all that differs. */
const recommended = {
  rank: 64,
  alpha: 128,
  optimizer_type: 'adamw',
  batch_size: 1,
  gradient_accumulation: 4,
  epochs: 100,
  warmup_steps: 100,
  save_every: 10,
  log_every: 10,
};
const upstream: Readonly<Record<string, typeof recommended>> = {
  recommended,
  high_quality: {...recommended, rank: 128, alpha: 256, epochs: 1000, save_every: 250},
  quick_test: {
    ...recommended,
    rank: 16,
    alpha: 32,
    epochs: 10,
    warmup_steps: 10,
    save_every: 5,
    log_every: 5,
  },
  vram_24gb_plus: {...recommended, rank: 128, alpha: 256, batch_size: 2, gradient_accumulation: 2},
  vram_16gb: recommended,
  vram_12gb: {...recommended, rank: 32, alpha: 64, optimizer_type: 'adamw8bit'},
  vram_8gb: {...recommended, rank: 16, alpha: 32, optimizer_type: 'adamw8bit', gradient_accumulation: 8},
};

test.each(Object.entries(upstream))('the preset %s has upstream’s numbers', (name, its) => {
  expect(stageWith(name).params).toMatchObject({
    mode: 'fixed',
    adapter: {
      type: 'lora',
      rank: its.rank,
      alpha: its.alpha,
      dropout: 0.1,
      bias: 'none',
      target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
      attention_type: 'both',
      target_mlp: false,
    },
    optimizer: {type: its.optimizer_type, learning_rate: 1e-4, weight_decay: 0.01},
    schedule: {type: 'cosine', warmup_steps: its.warmup_steps},
    batch_size: its.batch_size,
    gradient_accumulation_steps: its.gradient_accumulation,
    epochs: its.epochs,
    max_grad_norm: 1,
    seed: 42,
    cfg_dropout: 0.15,
    loss_weighting: 'none',
    gradient_checkpointing: {enabled: true},
    checkpoint: {every_epochs: its.save_every},
    logging: {log_every: its.log_every, log_heavy_every: 50},
  });
});

test('every preset in presets/ makes a valid stage, and says nothing without effect', () => {
  for (const {name} of presets) expect(stageWith(name).ineffective, name).toEqual([]);
  expect(presets).toHaveLength(readdirSync(`${root}presets`).length);
});
