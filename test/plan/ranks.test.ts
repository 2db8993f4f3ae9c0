import {expect, test} from 'vitest';
import {passesInTurn, usefulRanks, wantedRanks} from '../../src/plan/ranks.js';
import {resolveText} from '../config/resolved.js';

/** The training of a small pipeline with these resources. */
function training(resources: string, executors = '{}') {
  return resolveText(`sidestep: 1
name: x
executors: ${executors}
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
  it:
    uses: train
    resources: ${resources}
    with: {model: "\${stages.model}", tensors: ./tensors, gradient_accumulation_steps: 4}
`);
}

const two_cards = '{gpu: {type: slurm, gpus: 2}}';

test.each([
  {name: 'one, where nothing is said', resources: '{device: cpu}', wanted: 1, useful: 1},
  {name: 'as many as are asked for', resources: '{ranks: 3}', wanted: 3, useful: 3},
  {name: 'no more than an update has micro-batches', resources: '{ranks: 8}', wanted: 8, useful: 4},
  {
    name: 'one for each card of its job',
    resources: '{executor: gpu}',
    executors: two_cards,
    wanted: 2,
    useful: 2,
  },
  {
    name: 'its own word for cards counts',
    resources: '{executor: gpu, gpus: 3}',
    executors: two_cards,
    wanted: 3,
    useful: 3,
  },
  {
    name: 'fewer ranks than cards',
    resources: '{executor: gpu, ranks: 1}',
    executors: two_cards,
    wanted: 1,
    useful: 1,
  },
  {
    name: 'cards that are not computed on do not count',
    resources: '{executor: gpu, device: cpu}',
    executors: two_cards,
    wanted: 1,
    useful: 1,
  },
])('$name', ({resources, executors, wanted, useful}) => {
  const resolved = training(resources, executors);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const stage = resolved.value.stages.find(({id}) => id === 'it')!;
  expect([wantedRanks(stage), usefulRanks(stage)]).toEqual([wanted, useful]);
});

test('more ranks on cards than the job has', () => {
  expect(training('{executor: gpu, ranks: 4}', two_cards)).toMatchObject({
    ok: false,
    problems: [{code: 'config/ranks-without-cards'}],
  });
});

test('a stage without micro-batches has no ranks', () => {
  const resolved = resolveText('sidestep: 1\nstages:\n  f: {uses: fixture, resources: {ranks: 2}}\n');
  expect(resolved).toMatchObject({ok: false, problems: [{code: 'config/ranks-without-training'}]});
});

test('passes of an update that ranks on cards of their own share: as many in turn as the first rank has', () => {
  expect(passesInTurn(120, 1, 4)).toBe(120);
  expect(passesInTurn(120, 2, 4)).toBe(60);
  expect(passesInTurn(120, 3, 4)).toBe(60); // the first rank has two of four
  expect(passesInTurn(120, 4, 4)).toBe(30);
});
