import {expect, test} from 'vitest';
import {tensorCoreProblem} from '../../src/plan/tensor-cores.js';

const stage = (base_precision?: string) => ({
  params: {...(base_precision !== undefined && {base_precision})},
});

test.each([
  {base: 'fp8', capability: 86, refused: true},
  {base: 'fp8', capability: 80, refused: true},
  {base: 'fp8', capability: 89, refused: false},
  {base: 'fp8', capability: 120, refused: false},
  {base: 'int8', capability: 80, refused: false},
  {base: 'int8', capability: 75, refused: true},
  {base: '8bit', capability: 75, refused: false},
  {base: 'auto', capability: 75, refused: false},
  {base: undefined, capability: 75, refused: false},
])(
  'base_precision: $base on a card of capability $capability: refused $refused',
  ({base, capability, refused}) => {
    expect(tensorCoreProblem(stage(base), 'cuda:0', capability) !== undefined).toBe(refused);
  },
);

test('the refusal names what is wanted, what is there and what to do', () => {
  expect(tensorCoreProblem(stage('fp8'), 'cuda:0', 86)).toEqual({
    code: 'run/no-tensor-cores',
    message: 'base_precision: fp8 needs a card of compute capability 8.9 or newer; cuda:0 has 8.6',
    hint: expect.stringContaining('base_precision: int8'),
  });
});

test('a CPU has none and computes every format', () => {
  expect(tensorCoreProblem(stage('fp8'), 'cpu', undefined)).toBeUndefined();
});
