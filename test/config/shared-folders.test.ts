import {expect, test} from 'vitest';
import {resolveText} from './resolved.js';

const text = (folder: string, formats = '[peft]') => `sidestep: 1
name: x
stages:
  tiny: {uses: fixture, with: {model: turbo}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}", model: turbo}}
  train: {uses: train, matrix: {seed: [1, 2, 3]}, with: {model: "\${stages.model}", tensors: ./tensors, seed: "\${matrix.seed}"}}
  export: {uses: export, with: {adapter: "\${stages.train}", formats: ${formats}, output_dir: "${folder}"}}
`;

function warningsOf(folder: string): readonly {readonly code: string; readonly message: string}[] {
  const resolved = resolveText(text(folder));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.value.warnings.filter(({code}) => code === 'config/combinations-share-folder');
}

test('combinations of a matrix that write to one folder are warned of, with what would tell them apart', () => {
  expect(warningsOf('./out')).toMatchObject([
    {
      message: expect.stringMatching(/^3 combinations of export write to .*\/out: each replaces/),
      position: {line: 7},
      hint: expect.stringContaining('${matrix.seed}'),
    },
  ]);
  expect(warningsOf('./out/${matrix.seed}')).toEqual([]);
});
