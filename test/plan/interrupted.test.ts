import {expect, test} from 'vitest';
import type {Fingerprint} from '../../src/base/hash.js';
import {besideLeft} from '../../src/plan/interrupted.js';
import type {FingerprintParts} from '../../src/plan/plan.js';
import {stageTypes} from '../../src/stage/registry.js';

const numerics = {backend: 'cpu', precision: 'fp32', numerics_version: 1};

/** What `besideLeft` says where this was saved, and the epochs are 20 now. */
function said(about: object, of: object = {kind: 'this'}) {
  const parts = {params: {epochs: 20}, inputs: {tensors: 't'}, files: {}, numerics};
  const left = {
    fingerprint: 'f' as Fingerprint,
    of,
    about: {global_step: 32, total_steps: 40, steps_per_epoch: 1, ...about},
  };
  return besideLeft(
    {kind: 'beginning'},
    {
      configured: {declared_as: 'train'} as never,
      type: stageTypes.get('train')!,
      parts: parts as unknown as FingerprintParts,
      left: left as never,
    },
  );
}

const contents = {tensors: 't'};

test('a training that another version of sidestep began is said to be that, and no option is said to bring it back', () => {
  const whole = {params: {epochs: 4000}, contents, numerics};
  expect(said(whole, {kind: 'experiment', name: 'long'})).toMatchObject({
    because: 'the experiment long that was interrupted at step 32 was saved by another version of sidestep',
    back: null,
  });
  expect(said({params: {epochs: 4000}})).toMatchObject({
    because: 'the run that was interrupted at step 32 was saved by another version of sidestep',
    back: null,
  });
});

test('what differs besides is said, with what brings it back', () => {
  expect(said({params: {epochs: 20, seed: 7}, contents, numerics})).toMatchObject({
    because: 'the run that was interrupted at step 32 had seed 7 (now unset)',
    back: '`--set train.seed=7`',
  });
  expect(said({params: {epochs: 20}, contents: {tensors: 'u'}, numerics})).toMatchObject({
    because: 'the run that was interrupted at step 32 was made from other tensors',
    back: null,
  });
});
