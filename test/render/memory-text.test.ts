import {expect, test} from 'vitest';
import {stageId} from '../../src/base/stage-id.js';
import type {RunEvent} from '../../src/event/event.js';
import {
  type MemoryForecast,
  memoryProblem,
  type StageMemory,
  UNKNOWN_LIMIT_BYTES,
} from '../../src/event/memory-forecast.js';
import {headerLines, memoryLines, needText} from '../../src/render/memory-text.js';
import {palette} from '../../src/render/palette.js';

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

const plain = palette('plain');
function startedWith(memory: StageMemory): Extract<RunEvent, {kind: 'run_started'}> {
  const stages = [{stage: stageId('train'), uses: 'train', verdict: 'stale', memory}] as const;
  return {kind: 'run_started', run: '20260101-000000-abcd', pipeline: 'blues', stages};
}

test('layers that wait on the host are said in a plan and at the head of a run, and of a card with room for all there is nothing to say', () => {
  const streaming = {streamed_layers: 9, streamed_bytes: 2.25 * GIB};
  const memory = {kind: 'known' as const, ...cards, streaming};
  const line = 'weights of 9 layers wait on the host: 2.25 GiB, fetched twice a micro-step';
  expect(memoryLines(memory, plain).map((text) => text.trim())).toContain(line);
  const head = (known: StageMemory) => headerLines(startedWith(known), plain);
  expect(head(memory)).toContain(`train  ${line}`);
  expect(head({kind: 'known', ...cards})).toHaveLength(1);
  const alone = {...memory, streaming: {...streaming, streamed_layers: 1}};
  expect(memoryLines(alone, plain).join('\n')).toContain('weights of 1 layer wait');
});
