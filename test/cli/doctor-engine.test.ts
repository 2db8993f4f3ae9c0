import {expect, test} from 'vitest';
import {deviceChecks} from '../../src/cli/doctor-engine.js';
import type {DeviceReport} from '../../src/protocol/message.js';

const cpu: DeviceReport = {
  device: 'cpu',
  backend: 'cpu',
  name: 'CPU',
  memory_bytes: 2 ** 34,
  free_bytes: 2 ** 33,
};
const card: DeviceReport = {
  ...cpu,
  device: 'cuda:0',
  backend: 'cuda',
  name: 'A card',
  products: '/lib/libcublasLt.so.13',
};
const checks = (device: DeviceReport, cpu_arithmetic = 'fused') =>
  deviceChecks(device, {numerics_version: 1, cpu_arithmetic, devices: [cpu, device], no_cuda: undefined});

test('a card is listed with the library that its matrix products run on', () => {
  expect(checks(card)).toMatchObject([
    {name: 'engine_cuda_0', state: 'ok'},
    {name: 'engine_cuda_0_products', state: 'ok', found: '/lib/libcublasLt.so.13', hint: undefined},
  ]);
});

test('a card without the library is a warning with what to install', () => {
  const found = "cuBLASLt was not found; the engine's own product kernel is used, which is many times slower";
  expect(checks({...card, products: found, own_products: true})[1]).toMatchObject({
    state: 'warning',
    found,
    hint: expect.stringContaining('nvidia-cublas'),
  });
});

test('a CPU has no such library', () => {
  expect(checks(cpu)).toHaveLength(1);
});

test('a CPU that computes bits of its own is a warning that says whose they are', () => {
  expect(checks(cpu)[0]).toMatchObject({state: 'ok', hint: undefined});
  expect(checks(cpu, 'portable')).toMatchObject([
    {
      name: 'engine_cpu',
      state: 'warning',
      found: expect.stringMatching(/bits of their own \(portable, without fused multiply-add\)$/),
      hint: expect.stringContaining('AVX2 and FMA'),
    },
  ]);
  expect(checks(cpu, 'fused, products by openblas')[0]!.found).toContain('(fused, products by openblas)');
});
