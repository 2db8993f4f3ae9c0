import {describe, expect, test} from 'vitest';
import {type FormulaVariables, parseFormula} from '../../src/stage/formula.js';

const at: FormulaVariables = {
  step: 30,
  total_steps: 120,
  progress: 0.25,
  epoch: 3,
  total_epochs: 12,
  steps_per_epoch: 10,
  base_lr: 0.5,
};

function evaluated(text: string): number {
  const parsed = parseFormula(text);
  if (!parsed.ok) return expect.fail(parsed.problems[0]!.message);
  return parsed.value(at);
}

/** Values as Python gives them. */
test.each([
  ['base_lr * (1 - progress)', 0.375],
  ['base_lr * 0.5 * (1 + cos(pi * progress))', 0.25 * (1 + Math.SQRT1_2)],
  ['-2 ** 2', -4],
  ['2 ** -1', 0.5],
  ['2 ** 3 ** 2', 512],
  ['7 // 2 + -7 // 2', -1],
  ['-7 % 3', 2],
  ['1 - 2 - 3', -4],
  ['8 / 4 / 2', 1],
  ['0.2 < progress < 0.8', 1],
  ['3 < 2 < 1', 0],
  ['base_lr if step < 10 else base_lr / 10', 0.05],
  ['not step == 30 or 4', 4],
  ['0 and 5', 0],
  ['clamp(step, 0, 12) + min(3, 2, 1) + max(1, 2)', 15],
  ['pow(2, 5) + sqrt(16) + abs(-1) + exp(0) + log(e)', 39],
  ['1e-4 + .5 + 2.', 2.5001],
  ['True + False', 1],
  ['epoch / total_epochs * steps_per_epoch / total_steps', 2.5 / 120],
])('%s is %d', (text, value) => {
  expect(evaluated(text)).toBeCloseTo(value, 12);
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
    expect(parseFormula(text)).toMatchObject({
      ok: false,
      problems: [
        {
          code: 'train/formula-invalid',
          message: `Learning-rate formula, column ${column}: ${what} in \`${text}\``,
        },
      ],
    });
  });

  test('and nesting without end', () => {
    expect(parseFormula(`${'('.repeat(5000)}1`).ok).toBe(false);
    expect(parseFormula(`${'-'.repeat(5000)}1`).ok).toBe(false);
  });
});
