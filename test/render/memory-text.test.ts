import {expect, test} from 'vitest';
import {type MemoryForecast, memoryProblem, UNKNOWN_LIMIT_BYTES} from '../../src/event/memory-forecast.js';
import {needText} from '../../src/render/memory-text.js';

const GIB = 2 ** 30;

const one: MemoryForecast = {
  device: 'cpu',
  weights_bytes: GIB,
  adapter_bytes: 0,
  optimizer_bytes: 0,
  activation_bytes: GIB / 2,
  overhead_bytes: 0,
  total_bytes: 1.5 * GIB,
  limit_bytes: 16 * GIB,
  lengths: 'known',
  latent_frames: null,
  condition_tokens: null,
  fits: 'yes',
  suggestions: [],
};
const shared = {...one, ranks: 2, limit_bytes: 8 * GIB};
const cards = {...one, device: 'cuda:0', ranks: 4, limit_bytes: 24 * GIB};
const elsewhere = {limit_bytes: UNKNOWN_LIMIT_BYTES};

test.each([
  ['one', one, 'needs 1.50 GiB of 16.0 GiB on cpu'],
  ['ranks of one CPU', shared, 'needs 3.00 GiB of 16.0 GiB on cpu, 1.50 GiB for each of 2 ranks,'],
  ['ranks on cards', cards, 'needs 1.50 GiB of 24.0 GiB on each of 4 cards'],
  ['another machine', {...one, ...elsewhere}, 'needs 1.50 GiB on cpu'],
  [
    "another machine's CPU, shared",
    {...shared, ...elsewhere, limit_bytes: UNKNOWN_LIMIT_BYTES},
    'needs 3.00 GiB on cpu, 1.50 GiB for each of 2 ranks,',
  ],
])('what is needed: %s', (_name, memory, text) => {
  expect(needText(memory)).toBe(text);
});

test('what does not fit is said of all ranks, and fewer of them help', () => {
  const {message, hint} = memoryProblem({stage: 'train'}, {...shared, limit_bytes: GIB, fits: 'no'});
  expect(message).toMatch(/^train needs 3\.00 GiB on cpu for 2 ranks, which has 2\.00 GiB: weights/);
  expect(hint).toContain('fewer ranks (resources.ranks)');
  const onCards = memoryProblem({stage: 'train'}, {...cards, limit_bytes: GIB, fits: 'no'});
  expect(onCards.message).toMatch(/^train needs 1\.50 GiB on each of 4 cards, which have 1\.00 GiB: /);
});
