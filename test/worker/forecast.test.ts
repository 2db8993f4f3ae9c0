import {expect, test} from 'vitest';
import {changesFor, rankChanges} from '../../src/worker/forecast/change.js';

const options = {
  adapter: {type: 'lora', rank: 64, alpha: 128},
  optimizer: {type: 'adamw', learning_rate: 1e-4},
  batch_size: 4,
  gradient_accumulation_steps: 2,
  gradient_checkpointing: {enabled: false, ratio: 0.5},
  crop: {max_latent_length: 3000},
};

test('what lowers the memory of training, the least painful first', () => {
  const changes = changesFor('train', options);
  const after = changes.reduce((at, change) => change.apply(at), {...options} as Parameters<
    typeof changesFor
  >[1]);
  expect(after).toMatchObject({
    gradient_checkpointing: {enabled: true, offload: true},
    batch_size: 1,
    gradient_accumulation_steps: 8,
    optimizer: {type: 'adamw8bit', learning_rate: 1e-4},
    base_precision: '8bit',
    crop: {chunk_duration: 60},
  });
  expect(after.crop).not.toHaveProperty('max_latent_length');
  expect(after.gradient_checkpointing).not.toHaveProperty('ratio');
  expect(changesFor('train', after)).toEqual([]);
});

test('an estimate can only take smaller batches', () => {
  expect(changesFor('estimate', options).map(({text}) => text)).toEqual(['batch_size: 1']);
});

test.each([
  {adapter: {rank: 64, alpha: 128}, ranks: [32, 16, 8, 4]},
  {adapter: {rank: 5, alpha: 5}, ranks: []},
  {adapter: {type: 'oft', block_size: 32}, ranks: []},
])('ranks below $adapter', ({adapter, ranks}) => {
  const changed = rankChanges({adapter}).map(
    ({apply}) => apply({adapter}).adapter as {rank: number; alpha: number},
  );
  expect(changed.map(({rank}) => rank)).toEqual(ranks);
  for (const {rank, alpha} of changed) expect(alpha / rank).toBe((adapter.alpha ?? 0) / (adapter.rank ?? 1));
});
