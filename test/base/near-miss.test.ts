import {expect, test} from 'vitest';
import {distance, listed, nearMisses} from '../../src/base/near-miss.js';

test.each([
  {a: 'rank', b: 'rank', far: 0},
  {a: 'rnak', b: 'rank', far: 1},
  {a: 'rak', b: 'rank', far: 1},
  {a: 'ranks', b: 'rank', far: 1},
  {a: 'batch-size', b: 'batch_size', far: 0.5},
  {a: 'ca', b: 'abc', far: 3},
  {a: '', b: 'abc', far: 3},
])('$a is $far away from $b', ({a, b, far}) => {
  expect(distance(a, b)).toBe(far);
  expect(distance(b, a)).toBe(far);
});

test.each([
  {found: 'learningRate', near: ['learning_rate']},
  {found: 'EPOCHS', near: ['epochs']},
  {found: 'optimzer', near: ['optimizer']},
  {found: 'gradient_acc', near: ['gradient_accumulation_steps']},
  {found: 'zzzzzz', near: []},
])('$found may mean $near', ({found, near}) => {
  const known = ['learning_rate', 'epochs', 'optimizer', 'gradient_accumulation_steps', 'seed'];
  expect(nearMisses(found, known)).toEqual(near);
});

test.each([
  {found: 'lora_dropout', other: 'cfg_dropout'},
  {found: 'mixed_precision', other: 'base_precision'},
  {found: 'save_steps', other: 'max_steps'},
  {found: 'eval_batch_size', other: 'batch_size'},
])('$found is no misspelling of $other', ({found, other}) => {
  expect(nearMisses(found, [other])).toEqual([]);
});

test.each([
  {found: 'max_stpes', other: 'max_steps'},
  {found: 'gradient_acumulation_setps', other: 'gradient_accumulation_steps'},
  {found: 'batchsize', other: 'batch_size'},
  {found: 'Monday Rian.wav', other: 'Monday Rain.wav'},
])('$found is one of $other', ({found, other}) => {
  expect(nearMisses(found, [other])).toEqual([other]);
});

test('long lists are cut', () => {
  expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
