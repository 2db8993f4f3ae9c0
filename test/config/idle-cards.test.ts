import {expect, test} from 'vitest';
import {resolveText} from './resolved.js';

const text = (of: string, resources: string, executors: string) => `sidestep: 1
name: x
executors: {gpu: ${executors}}
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}${of === 'model' ? `, resources: ${resources}` : ''}}
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  latents:
    uses: preprocess.pass1
    with: {model: "\${stages.model}", dataset: "\${stages.songs}"}
    resources: ${of === 'latents' ? resources : '{}'}
  train:
    uses: train
    matrix: {seed: [1, 2]}
    with: {model: "\${stages.model}", tensors: ./tensors, seed: "\${matrix.seed}", gradient_accumulation_steps: 4}
    resources: ${of === 'train' ? resources : '{}'}
  own: {uses: command, with: {argv: ["true"]}${of === 'own' ? `, resources: ${resources}` : ''}}
`;

const four = '{type: slurm, gpus: 4}';

test.each([
  {
    of: 'latents',
    resources: '{executor: gpu}',
    executors: four,
    says: /^A job of latents asks for 4 cards and computes on 1$/,
    hint: /gpus: 1.*shards: 4/,
  },
  {of: 'latents', resources: '{executor: gpu, gpus: 1, shards: 4}', executors: four, says: undefined},
  {of: 'train', resources: '{executor: gpu}', executors: four, says: undefined},
  {
    of: 'train',
    resources: '{executor: gpu, gpus: 8}',
    executors: four,
    says: /^A job of train asks for 8 cards and computes on 4$/,
    hint: /gradient_accumulation_steps/,
  },
  {
    of: 'train',
    resources: '{executor: gpu, ranks: 2}',
    executors: four,
    says: /asks for 4 cards and computes on 2$/,
    hint: /gpus: 2/,
  },
  {of: 'train', resources: '{executor: gpu, device: cpu}', executors: four, says: undefined},
  {
    of: 'model',
    resources: '{executor: gpu}',
    executors: '{type: slurm, gpus: 1}',
    says: /^A job of model asks for a card and computes on none$/,
    hint: /gpus: 0/,
  },
  {of: 'own', resources: '{executor: gpu}', executors: four, says: undefined}, // it alone knows
  {of: 'latents', resources: '{executor: gpu}', executors: '{type: slurm}', says: undefined},
])('$of with $resources at $executors', ({of, resources, executors, says, hint}) => {
  const resolved = resolveText(text(of, resources, executors));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const found = resolved.value.warnings.filter(({code}) => code === 'config/idle-cards');
  expect(found).toHaveLength(says === undefined ? 0 : 1);
  if (says === undefined) return;
  expect(found[0]!.message).toMatch(says);
  expect(found[0]!.hint).toMatch(hint!);
});
