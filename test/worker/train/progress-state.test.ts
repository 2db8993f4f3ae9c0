import {describe, expect, test} from 'vitest';
import type {TrainParams} from '../../../src/worker/train/options.js';
import {
  decideEpoch,
  type EpochValidation,
  freshProgress,
  outOfPatience,
  rotate,
} from '../../../src/worker/train/progress-state.js';

type Rules = Pick<TrainParams, 'checkpoint' | 'early_stop'>;

/** The schema's defaults, as far as an epoch's end looks at them. */
function rules(checkpoint: Partial<Rules['checkpoint']> = {}, patience = 0, min_delta = 0.001): Rules {
  return {
    checkpoint: {
      every_epochs: 10,
      every_steps: 0,
      every_minutes: 0,
      keep_last: 0,
      keep_every: 0,
      keep_best: 1,
      best_after_epoch: 0,
      best_window: 1,
      best_min_delta: 0.001,
      ...checkpoint,
    },
    early_stop: {patience, min_delta},
  };
}

interface Told {
  /** Epochs that were the best when they ended. */
  readonly best: readonly number[];
  readonly stopped_after: number | undefined;
}

/** Feeds the ends of epochs 1, 2, …; stops where a run would. */
function told(ends: readonly {loss: number | null; validation?: EpochValidation}[], by: Rules): Told {
  let state = freshProgress;
  const best: number[] = [];
  for (const [i, {loss, validation = {kind: 'none'} as const}] of ends.entries()) {
    const decision = decideEpoch(state, {epoch: i + 1, loss, validation}, by);
    state = decision.state;
    if (decision.is_best) best.push(i + 1);
    if (decision.stops_early) return {best, stopped_after: i + 1};
  }
  return {best, stopped_after: undefined};
}

const training = (...losses: readonly (number | null)[]) => losses.map((loss) => ({loss}));
const measured = (loss: number | null, epochs = 1) => ({
  loss: 1,
  validation: {kind: 'measured', loss, epochs} as const,
});
const notDue = {loss: 0, validation: {kind: 'not_due'} as const};

describe('the best epoch', () => {
  test.each([
    {name: 'is one with a lower loss', ends: training(3, 2, 2.5, 1), by: rules(), best: [1, 2, 4]},
    {
      name: 'must be lower by best_min_delta',
      ends: training(3, 2.9, 2.4),
      by: rules({best_min_delta: 0.5}),
      best: [1, 3],
    },
    {
      name: 'comes after best_after_epoch',
      ends: training(1, 2, 1.5),
      by: rules({best_after_epoch: 1}),
      best: [2, 3],
    },
    {
      name: 'is found on a mean of best_window epochs',
      ends: training(3, 2, 2.9, 0),
      by: rules({best_window: 2}),
      best: [1, 2, 3, 4],
    },
    {name: 'is not looked for with keep_best 0', ends: training(3, 2), by: rules({keep_best: 0}), best: []},
    {name: 'is no epoch without a finite loss', ends: training(null, 2, null), by: rules(), best: [2]},
    {
      name: 'goes by validation where there is one',
      ends: [measured(2), measured(3), measured(1)],
      by: rules(),
      best: [1, 3],
    },
    {
      name: 'is never a training loss beside validation losses',
      ends: [measured(2, 2), notDue, measured(1, 2)],
      by: rules(),
      best: [1, 3],
    },
  ])('$name', ({ends, by, best}) => expect(told(ends, by).best).toEqual(best));
});

describe('early stopping', () => {
  test.each([
    {name: 'is off with patience 0', ends: training(1, 2, 3, 4), by: rules(), stopped_after: undefined},
    {name: 'waits patience epochs', ends: training(1, 2, 3, 4), by: rules({}, 2), stopped_after: 3},
    {
      name: 'begins again with an improvement',
      ends: training(2, 3, 1, 3, 3),
      by: rules({}, 2),
      stopped_after: 5,
    },
    {name: 'wants more than min_delta', ends: training(2, 1.9, 1.8), by: rules({}, 2, 0.5), stopped_after: 3},
    {
      name: 'does not depend on keep_best',
      ends: training(1, 2, 3),
      by: rules({keep_best: 0}, 2),
      stopped_after: 3,
    },
    {
      name: 'counts epochs, not validations',
      ends: [measured(1, 2), notDue, measured(2, 2)],
      by: rules({}, 2),
      stopped_after: 3,
    },
    {
      name: 'waits for a validation to decide',
      ends: [measured(1, 3), notDue, notDue],
      by: rules({}, 1),
      stopped_after: undefined,
    },
  ])('$name', ({ends, by, stopped_after}) => expect(told(ends, by).stopped_after).toBe(stopped_after));

  test('is remembered: a state that ran out of patience does not go on', () => {
    expect(outOfPatience({stale_epochs: 2}, {patience: 2, min_delta: 0})).toBe(true);
    expect(outOfPatience({stale_epochs: 9}, {patience: 0, min_delta: 0})).toBe(false);
  });
});

describe('rotation', () => {
  test.each([
    {name: 'keeps all with 0', keep: 0, kept: ['a', 'b', 'c'], dropped: []},
    {name: 'keeps the newest', keep: 2, kept: ['b', 'c'], dropped: ['a']},
    {name: 'drops several when the bound was lowered', keep: 1, kept: ['c'], dropped: ['a', 'b']},
  ])('$name', ({keep, kept, dropped}) => {
    const {state, dropped: gone} = rotate({...freshProgress, checkpoints: ['a', 'b']}, 'c', {
      ...rules().checkpoint,
      keep_last: keep,
    });
    expect([state.checkpoints, gone]).toEqual([kept, dropped]);
  });

  test('every second of ten epochs stays, one by the clock does not', () => {
    const before = {...freshProgress, checkpoints: ['epoch_10', 'epoch_20', 'step_40', 'epoch_30']};
    const rule = {...rules().checkpoint, keep_last: 1, keep_every: 2};
    expect(rotate(before, 'epoch_40', rule)).toMatchObject({
      state: {checkpoints: ['epoch_20', 'epoch_40']},
      dropped: ['epoch_10', 'step_40', 'epoch_30'],
    });
  });

  test('a checkpoint written again becomes the newest', () => {
    expect(
      rotate({...freshProgress, checkpoints: ['a', 'b']}, 'a', {...rules().checkpoint, keep_last: 2}).state
        .checkpoints,
    ).toEqual(['b', 'a']);
  });
});
