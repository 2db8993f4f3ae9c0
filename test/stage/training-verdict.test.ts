import {describe, expect, test} from 'vitest';
import {trainingVerdict, verdictText} from '../../src/stage/training-verdict.js';

const curve = (loss: (epoch: number) => number | null, epochs = 20) =>
  Array.from({length: epochs + 1}, (_, epoch) => ({epoch, loss: loss(epoch)}));
/** Repeatable jitter, as updates leave it. */
const shaken = (epoch: number) => 0.002 * Math.sin(7 * epoch);

describe('what the panel says', () => {
  test.each([
    ['a line that goes down is still falling', (e: number) => 1 - 0.02 * e, {kind: 'still_falling'}],
    ['so is one that is shaken on its way', (e: number) => 1 - 0.02 * e + shaken(e), {kind: 'still_falling'}],
    [
      'what it gained it had early',
      (e: number) => 0.8 + 0.2 * Math.exp(-e / 2) + shaken(e),
      {kind: 'flat', since_epoch: expect.any(Number)},
    ],
    [
      'a valley is overfitted since its ground',
      (e: number) => 0.8 + 0.004 * (e - 8) ** 2,
      {kind: 'overfitted', since_epoch: 8},
    ],
    ['a hill from the start', (e: number) => 1 + 0.02 * e, {kind: 'worse_from_the_start'}],
    ['nothing happens', (e: number) => 1 + shaken(e) / 4, {kind: 'no_effect'}],
    [
      'one bad measurement at the end is none',
      (e: number) => (e === 20 ? 0.95 : 1 - 0.02 * e),
      {kind: 'still_falling'},
    ],
    ['a number that is none', (e: number) => (e === 3 ? null : 1), {kind: 'unknown', because: 'not_finite'}],
  ])('%s', (_name, loss, verdict) => {
    expect(trainingVerdict(curve(loss))).toEqual(verdict);
  });

  test('of a flat curve the epoch is where it settled', () => {
    const verdict = trainingVerdict(curve((e) => 0.8 + 0.2 * Math.exp(-e / 2)));
    expect(verdict).toEqual({kind: 'flat', since_epoch: 6}); // e^-3 = 0.0498
  });

  test('does not depend on the size of the loss', () => {
    const kinds = [1e-3, 1, 1e3].map(
      (scale) => trainingVerdict(curve((e) => scale * (0.8 + 0.004 * (e - 8) ** 2))).kind,
    );
    expect(kinds).toEqual(['overfitted', 'overfitted', 'overfitted']);
  });

  test('is nothing where there is too little', () => {
    expect(trainingVerdict([])).toEqual({kind: 'unknown', because: 'no_validation'});
    expect(trainingVerdict(curve((e) => 1 - e / 10, 4))).toEqual({kind: 'unknown', because: 'too_few'});
    expect(trainingVerdict(curve((e) => 1 - e / 10, 5)).kind).toBe('still_falling');
  });
});

test('the words name what to use', () => {
  expect(verdictText({kind: 'overfitted', since_epoch: 8}, {best: 8})).toBe(
    'overfitted since epoch 8: use `checkpoint: best` (epoch 8)',
  );
  expect(verdictText({kind: 'overfitted', since_epoch: 8}, {best: null})).toContain('keep_best: 1');
});
