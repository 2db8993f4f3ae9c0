import {expect, test} from 'vitest';
import {reasonText} from '../../src/render/reason.js';

const fused = {backend: 'cpu', precision: 'f32', numerics_version: 4};

test('why a stage runs again on a CPU whose bits are its own: both kinds are named', () => {
  const portable = {...fused, cpu_arithmetic: 'portable'};
  expect(reasonText({kind: 'numerics_changed', old: fused, new: portable})).toBe(
    'the arithmetic changed: f32 on the CPU, arithmetic 4 → f32 on the CPU (portable, without fused multiply-add), arithmetic 4',
  );
});

test('why a stage runs again on a card', () => {
  const card = {backend: 'cuda', precision: 'bf16', numerics_version: 4};
  expect(reasonText({kind: 'numerics_changed', old: fused, new: card})).toContain('→ bf16 on a CUDA card');
});
