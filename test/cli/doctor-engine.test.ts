import {chmodSync, readFileSync} from 'node:fs';
import {delimiter} from 'node:path';
import {describe, expect, test} from 'vitest';
import {deviceChecks, linkChecks, noCudaChecks} from '../../src/doctor/engine.js';
import {type Addon, BINDING_VERSION} from '../../src/native/addon.js';
import {callEngine} from '../../src/native/call.js';
import type {DeviceReport} from '../../src/protocol/message.js';
import {documentOf, Folder} from './sidestep.js';

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

test.each([
  'was not found',
  'lacks functions that are needed (/lib/libcublasLt.so.13)',
  'cannot be opened (/lib/libcublasLt.so.13: file too short)',
])('a card whose library %s is a warning with what to install', (why) => {
  const found = `cuBLASLt ${why}; the engine's own product kernels serve, which are somewhat slower`;
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

/** What the engine says of such a card: native/ops/compute_capability.h. */
const TOO_OLD = 'Tesla T4 has compute capability 7.5; 8.0 (Ampere) or newer is needed';

test('a card that is too old is a warning with that reason, and no help for a plugin that would not use it either', () => {
  const help = () => 'npm install the plugin';
  expect(noCudaChecks({no_cuda: TOO_OLD}, help, 1)).toMatchObject([
    {name: 'engine_cuda', state: 'warning', found: TOO_OLD, hint: undefined},
  ]);
  expect(noCudaChecks({no_cuda: 'There is no CUDA plugin'}, help, 1)).toMatchObject([
    {state: 'warning', hint: 'npm install the plugin'},
  ]);
  expect(noCudaChecks({no_cuda: 'There is no CUDA plugin'}, help, 0)).toMatchObject([
    {state: 'absent', hint: undefined},
  ]);
  expect(noCudaChecks({no_cuda: undefined}, help, 1)).toEqual([]);
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

describe('a card that the driver shows and the engine does not use', () => {
  /** A driver with one card, and an engine that gives `report`. */
  async function hintOf(report: object, env: Readonly<Record<string, string>> = {}) {
    const answer = {
      numerics_version: 4,
      cpu_kernels: 'avx2',
      cpu_arithmetic: 'fused',
      matrix_product: 'own',
      cuda_devices: [],
      ...report,
    };
    const folder = new Folder({
      'engine.cjs': `module.exports = {binding_version: ${BINDING_VERSION}, cancel_token: () => ({}), cancel: () => {}, die_with_parent: () => {},
        call: async () => ({result: ${JSON.stringify(JSON.stringify(answer))}, outputs: {}})};`,
      'bin/nvidia-smi': `#!/bin/sh
case "$1" in
  *driver_version*) echo 525.60.13 ;;
  *) echo '0, NVIDIA GeForce RTX 3060, 8.6, 12288 MiB, 11000 MiB' ;;
esac
`,
    });
    chmodSync(folder.file('bin/nvidia-smi'), 0o755);
    const {stdout} = await folder.run(['doctor', '--json'], {
      SIDESTEP_ENGINE: folder.file('engine.cjs'),
      PATH: `${folder.file('bin')}${delimiter}${process.env.PATH}`,
      ...env,
    });
    const {checks} = documentOf(stdout, 'doctor') as unknown as {checks: {name: string; hint?: string}[]};
    expect(checks.map(({name}) => name)).toContain('cuda_0');
    return checks.find(({name}) => name === 'engine_cuda')!.hint ?? undefined;
  }

  test.skipIf(process.platform === 'win32').each([
    {
      reason: 'no plugin',
      report: {
        no_cuda: 'The CUDA backend is not available: sidestep_cuda.so: cannot open shared object file',
      },
      env: {},
      hint: /^The CUDA plugin is built where nvcc/,
    },
    {
      reason: 'a variable that names no plugin',
      report: {no_cuda: 'The CUDA backend is not available: /x.so: cannot open shared object file'},
      env: {SIDESTEP_CUDA_PLUGIN: '/x.so'},
      hint: /^SIDESTEP_CUDA_PLUGIN names it/,
    },
    {
      reason: 'the driver: what the engine says of it',
      report: {no_cuda: 'No CUDA device can be used', no_cuda_hint: 'Install a newer driver.'},
      env: {SIDESTEP_CUDA_PLUGIN: '/plugin.so'},
      hint: /^Install a newer driver\.$/,
    },
    {
      reason: 'its age: nothing helps',
      report: {no_cuda: 'A card has compute capability 7.5; 8.0 (Ampere) or newer is needed'},
      env: {},
      hint: undefined,
    },
  ])('the hint is about what is in the way: $reason', async ({report, env, hint}) => {
    const found = await hintOf(report, env);
    if (hint === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(hint);
  });
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
