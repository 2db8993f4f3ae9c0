import {describe, expect, test} from 'vitest';
import {stateFaults} from '../../src/stage/kept-states.js';
import type {ParamObject} from '../../src/stage/param.js';

const usual: ParamObject = {
  every_epochs: 10,
  every_steps: 0,
  every_minutes: 0,
  keep_last: 0,
  keep_best: 1,
  best_after_epoch: 0,
};

function faults(checkpoint: string, changed: ParamObject = {}, more: ParamObject = {}) {
  const params = {epochs: 100, checkpoint: {...usual, ...changed}, ...more};
  return stateFaults({checkpoint}, () => ({uses: 'train', params, upstream: () => undefined}));
}

describe('a state that the training will keep, or may', () => {
  test.each([
    ['the last', 'last', {keep_best: 0, every_epochs: 0}, {}],
    ['the best', 'best', {best_after_epoch: 99}, {}],
    ['one of every ten epochs', 'epoch_30', {}, {}],
    ['the newest that are kept', 'epoch_90', {keep_last: 2}, {}],
    ['every fifth as well', 'epoch_50', {keep_last: 2, keep_every: 5}, {}],
    ['one that early stopping may leave', 'epoch_30', {keep_last: 2}, {early_stop: {patience: 5}}],
    ['one among checkpoints of both kinds', 'epoch_30', {keep_last: 2, every_steps: 50}, {}],
    ['one of every fifty steps', 'step_150', {every_steps: 50}, {}],
    ['one that the clock may leave', 'step_151', {every_minutes: 5}, {}],
  ] as [string, string, ParamObject, ParamObject][])('%s', (_name, state, changed, more) => {
    expect(faults(state, changed, more)).toEqual([]);
  });
});

describe('a state that will not be there is said with those that will', () => {
  test.each([
    ['beyond the end', 'epoch_110', {}, {}, /100 epochs/],
    ['between two', 'epoch_35', {}, {}, /every 10 epochs/],
    ['before the first', 'epoch_0', {}, {}, /every 10 epochs/],
    ['none by epochs', 'epoch_10', {every_epochs: 0}, {}, /every_epochs/],
    ['no longer kept', 'epoch_80', {keep_last: 2}, {}, /the last 2/],
    ['none of the fifth either', 'epoch_40', {keep_last: 2, keep_every: 5}, {}, /keep_every/],
    ['no best', 'best', {keep_best: 0}, {}, /keep_best/],
    ['a best that comes too late', 'best', {best_after_epoch: 100}, {}, /after 100/],
    ['none by steps', 'step_100', {}, {}, /every_steps/],
    ['between two steps', 'step_120', {every_steps: 50}, {}, /every 50 steps/],
    ['beyond the last step', 'step_500', {every_steps: 50}, {max_steps: 400}, /400 steps/],
  ] as [string, string, ParamObject, ParamObject, RegExp][])('%s', (_name, state, changed, more, says) => {
    expect(faults(state, changed, more)).toMatchObject([
      {param: 'checkpoint', message: expect.stringMatching(says), hint: expect.stringContaining('last')},
    ]);
  });

  test('by name', () => {
    expect(faults('epoch_80', {keep_last: 2})[0]!.hint).toContain('last, best, epoch_90, epoch_100');
  });
});
