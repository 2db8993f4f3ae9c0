import {expect, test} from 'vitest';
import type {ContentHash, Fingerprint} from '../../src/base/hash.js';
import type {JsonObject} from '../../src/base/json.js';
import {besideLeft} from '../../src/plan/interrupted.js';
import type {FingerprintParts} from '../../src/plan/plan.js';
import type {InterruptedWork} from '../../src/plan/world.js';
import {stageTypes} from '../../src/stage/registry.js';
import {neverRun, planned} from '../render/plan-fixture.js';

const type = stageTypes.get('train')!;
const {configured} = planned('train', neverRun);
const parts: FingerprintParts = {
  ...{uses: 'train', version: 1, params: {'adapter.rank': 8, epochs: 20}, places: {}},
  inputs: {tensors: 'a' as ContentHash},
  files: {},
  numerics: {backend: 'cpu'},
};
const about: JsonObject = {
  ...{params: {'adapter.rank': 4, epochs: 10}, global_step: 40, total_steps: 80, steps_per_epoch: 8},
  ...{contents: {tensors: 'a'}, numerics: {backend: 'cpu'}},
};

function startBeside(of: InterruptedWork['of'], said: JsonObject) {
  const left = {fingerprint: 'f' as Fingerprint, about: {...about, ...said}, of};
  return besideLeft({kind: 'beginning'}, {configured, type, parts, left});
}

test.each([
  {
    name: 'values alone',
    of: {kind: 'this'},
    said: {},
    because: 'the run that was interrupted at step 40 had adapter.rank 4 (now 8)',
    back: '`--set train.adapter.rank=4 --set train.epochs=10`',
  },
  {
    name: 'a value that was not set',
    of: {kind: 'this'},
    said: {params: {epochs: 20}},
    because: 'the run that was interrupted at step 40 had adapter.rank unset (now 8)',
    back: null,
  },
  {
    name: 'an experiment of other values',
    of: {kind: 'experiment', name: 'small'},
    said: {},
    because: 'the experiment small that was interrupted at step 40 had adapter.rank 4 (now 8)',
    back: '`--name small`',
  },
  {
    name: 'an experiment on other songs, whose name brings none of them back',
    of: {kind: 'experiment', name: 'small'},
    said: {contents: {tensors: 'b'}},
    because:
      'the experiment small that was interrupted at step 40 had adapter.rank 4 (now 8) and was made from other tensors',
    back: null,
  },
  {
    name: 'a value that is not set any more',
    of: {kind: 'this'},
    said: {params: {'adapter.rank': 8, epochs: 20, seed: 7}},
    because: 'the run that was interrupted at step 40 had seed 7 (now unset)',
    back: '`--set train.seed=7`',
  },
  {
    name: 'an experiment that another version of sidestep began',
    of: {kind: 'experiment', name: 'long'},
    said: {params: {'adapter.rank': 8, epochs: 4000}},
    because: 'the experiment long that was interrupted at step 40 was saved by another version of sidestep',
    back: null,
  },
  {
    name: 'a run that a much earlier version began, which noted no data',
    of: {kind: 'this'},
    said: {params: {'adapter.rank': 8, epochs: 4000}, contents: null},
    because: 'the run that was interrupted at step 40 was saved by another version of sidestep',
    back: null,
  },
  {
    name: 'other songs alone',
    of: {kind: 'this'},
    said: {params: {'adapter.rank': 8, epochs: 20}, contents: {tensors: 'b'}},
    because: 'the run that was interrupted at step 40 was made from other tensors',
    back: null,
  },
  {
    name: 'the file, in another arithmetic',
    of: {kind: 'file'},
    said: {params: {'adapter.rank': 8, epochs: 20}, numerics: {backend: 'cuda'}},
    because: 'the run without --set that was interrupted at step 40 computed in another arithmetic',
    back: null,
  },
  {
    name: 'a state of an earlier version, which says nothing of its data',
    of: {kind: 'this'},
    said: {params: {'adapter.rank': 8, epochs: 20}, contents: null},
    because: 'the run that was interrupted at step 40 had other songs, another model or another arithmetic',
    back: null,
  },
] as const)('beside interrupted work: $name', ({of, said, because, back}) => {
  expect(startBeside(of, said as JsonObject)).toEqual({
    kind: 'other_interrupted',
    at: 'step 40',
    because,
    back,
  });
});

test('who asks to begin at the beginning is told nothing', () => {
  const fresh = {...parts, params: {...parts.params, resume: 'fresh'}};
  const left = {fingerprint: 'f' as Fingerprint, about, of: {kind: 'this'} as const};
  expect(besideLeft({kind: 'beginning'}, {configured, type, parts: fresh, left})).toEqual({
    kind: 'beginning',
  });
});
