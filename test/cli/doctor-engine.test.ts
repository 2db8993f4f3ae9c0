import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {deviceChecks, linkChecks} from '../../src/doctor/engine.js';
import {type Addon, BINDING_VERSION} from '../../src/native/addon.js';
import {callEngine} from '../../src/native/call.js';
import type {DeviceReport} from '../../src/protocol/message.js';
import {Folder} from './sidestep.js';

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
  const found = "cuBLASLt was not found; the engine's own product kernels serve, which are somewhat slower";
  expect(checks({...card, products: found, own_products: true})[1]).toMatchObject({
    state: 'warning',
    found,
    hint: expect.stringContaining('nvidia-cublas'),
  });
});

test('several cards are listed with what connects them, or with what to install', () => {
  expect(linkChecks({})).toEqual([]);
  const found = 'NCCL 2.27.5 (/lib/libnccl.so.2)';
  expect(linkChecks({nccl: {found: true, text: found}})).toMatchObject([
    {state: 'ok', found, hint: undefined},
  ]);
  expect(linkChecks({nccl: {found: false, text: 'NCCL was not found'}})).toMatchObject([
    {
      state: 'absent',
      found: 'NCCL was not found: a training on several cards sends its gradients over TCP',
      hint: expect.stringContaining('nvidia-nccl-cu13'),
    },
  ]);
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

test.each([
  {name: 'older', number: BINDING_VERSION - 1},
  {name: 'newer', number: BINDING_VERSION + 1},
])('an engine that is $name than the program is refused in words', async ({name, number}) => {
  const folder = new Folder({
    'engine.cjs': `module.exports = {binding_version: ${number}, call: () => ({layers: undefined}).layers.length};`,
    'pipeline.yaml': readFileSync(new URL('../../pipelines/smoke.yaml', import.meta.url), 'utf8'),
  });
  const env = {SIDESTEP_ENGINE: folder.file('engine.cjs')};
  const words = `engine.cjs is ${name} than this sidestep: its interface is number ${number}, expected ${BINDING_VERSION}`;
  const doctor = await folder.run(['doctor'], env);
  expect(doctor.code).toBe(1);
  expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain(words);
  const plan = await folder.run(['plan'], env);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain('native/addon-version');
  expect(plan.stdout.replaceAll(/\s+/g, ' ')).toContain(words);
  expect(plan.stdout).toContain('SIDESTEP_ENGINE names it');
});

test('an option that the engine does not know is said to be a matter of versions', async () => {
  const refused = Object.assign(new Error('fisher.new is no option of an estimate stage'), {
    code: 'train/option-unknown',
  });
  const addon = {cancel_token: () => ({}), cancel: () => {}, call: () => Promise.reject(refused)};
  await expect(callEngine(addon as unknown as Addon, 'open_trainer', {}, {})).rejects.toMatchObject({
    problem: {
      code: 'train/option-unknown',
      hint: expect.stringContaining('the engine is of another version'),
    },
  });
});
