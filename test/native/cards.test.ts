import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import type {JsonObject} from '../../src/base/json.js';
import {loadAddon} from '../../src/native/addon.js';
import {type MemoryPlan, planStep} from '../../src/native/plan.js';
import {type CardName, cards, memoryOfCard} from '../../src/run/forecast/cards.js';
import {addonPath} from '../addon-path.js';

function modelOf(config: JsonObject): string {
  const folder = mkdtempSync(join(tmpdir(), 'sidestep-test-'));
  afterAll(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

/** The 2B model: what a config.json that says nothing means. */
const twoB = modelOf({});
const xl = modelOf({
  hidden_size: 2560,
  intermediate_size: 9728,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  encoder_hidden_size: 2048,
});

const addon = loadAddon(addonPath);

async function planFor(card: CardName, options: JsonObject, model_folder = twoB): Promise<MemoryPlan> {
  const {memory} = await planStep(addon, 'plan_training', {
    model_folder,
    options: {epochs: 1, ...options},
    precision: 'bf16',
    device: 'cuda:0',
    memory_limit_bytes: memoryOfCard(card),
    lengths: {samples: 1, frames: 240 * 25, tokens: 700},
  });
  return memory;
}

const rank16 = {
  adapter: {type: 'lora', rank: 16, alpha: 32, attention_type: 'both'},
  optimizer: {type: 'adamw8bit'},
};

test.each(Object.keys(cards) as CardName[])(
  'a song of 240 s at rank 16 fits on %s, and no layer is computed twice that need not be',
  async (card) => {
    const {total_bytes, recomputation} = await planFor(card, rank16);
    expect(total_bytes).toBeLessThanOrEqual(memoryOfCard(card));
    const {layers, kept_layers, work_saved} = recomputation;
    expect(layers).toBe(24);
    if (cards[card] > 8) expect(kept_layers).toBe(24);
    expect(work_saved).toBeGreaterThan(0.2);
  },
);

test('8 GB keep most layers of such a song, and all of them beside a base in 8 bits', async () => {
  const half = await planFor('4060', rank16);
  expect(half.recomputation.kept_layers).toBeGreaterThanOrEqual(13);
  const coded = await planFor('4060', {...rank16, base_precision: '8bit'});
  expect(coded.recomputation.kept_layers).toBe(24);
  expect(coded.weights_bytes).toBeLessThan(0.6 * half.weights_bytes);
  for (const base_precision of ['int8', 'fp8']) {
    const products = await planFor('4060', {...rank16, base_precision});
    expect(products.weights_bytes).toBeLessThan(1.55 * 2 ** 30);
    expect(products.recomputation.kept_layers).toBe(24);
  }
});

test('XL trains on 12 GB with all its layers there, and on 8 GB with as many on the host as it takes', async () => {
  const twelve = await planFor('3060', rank16, xl);
  expect(twelve.total_bytes).toBeLessThanOrEqual(memoryOfCard('3060'));
  expect([twelve.streamed_layers, twelve.streamed_bytes, twelve.host_bytes]).toEqual([0, 0, 0]);
  const eight = await planFor('4060', rank16, xl);
  expect(eight.total_bytes).toBeLessThanOrEqual(memoryOfCard('4060'));
  const {streamed_layers, streamed_bytes} = eight;
  expect(streamed_layers).toBeGreaterThan(2);
  expect(streamed_layers).toBeLessThan(32);
  // Two places stay on the card.
  const layer = streamed_bytes / streamed_layers;
  const gone = twelve.weights_bytes - eight.weights_bytes;
  expect(gone / (layer * (streamed_layers - 2))).toBeCloseTo(1, 3);
});
