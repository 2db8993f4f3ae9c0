import {describe, expect, test} from 'vitest';
import {formulaProblem} from '../../src/stage/formula.js';

test.each([
  'base_lr * (1 - progress)',
  'base_lr * 0.5 * (1 + cos(pi * progress))',
  '-2 ** 2',
  '2 ** 3 ** -1',
  '7 // 2 + -7 % 3',
  '0.2 < progress < 0.8',
  'base_lr if step < 10 else base_lr / 10',
  'not step == 30 or 4 and 5',
  'clamp(step, 0, 12) + min(3, 2, 1) + max(1, 2)',
  'pow(2, 5) + sqrt(16) + abs(-1) + exp(0) + log(e)',
  '1e-4 + .5 + 2.',
  'True + False',
  'epoch / total_epochs * steps_per_epoch / total_steps',
])('%s is a formula', (text) => {
  expect(formulaProblem(text)).toBeUndefined();
});

describe('what is no formula is reported with its column', () => {
  test.each([
    ['import os', 1, 'unknown name `import`'],
    ['base_lr * ', 11, 'expected a number, a name or `(`'],
    ['(step', 6, 'expected `)`'],
    ['cos(1, 2)', 10, 'expected 1 arguments for cos but found 2'],
    ['step if 1', 10, 'expected `else` after `if`'],
    ['lr * 2', 1, 'unknown name `lr`'],
    ['step; 2', 5, 'expected the end of the formula'],
    ['__import__("os")', 1, 'unknown name `__import__`'],
    ['constructor', 1, 'unknown name `constructor`'],
  ])('%s', (text, column, what) => {
    expect(formulaProblem(text)).toMatchObject({
      code: 'train/formula-invalid',
      message: `Learning-rate formula, column ${column}: ${what} in \`${text}\``,
    });
  });

  test('and nesting without end', () => {
    expect(formulaProblem(`${'('.repeat(5000)}1`)).toBeDefined();
    expect(formulaProblem(`${'-'.repeat(5000)}1`)).toBeDefined();
  });
});
