import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {contentHash} from '../../src/base/hash.js';
import {readState} from '../../src/base/state-file.js';
import type {EngineReport, WorkerMessage} from '../../src/protocol/message.js';
import {
  type EngineObservation,
  observeEngine,
  precisionWarning,
  productsWarning,
  resolveNumerics,
} from '../../src/run/numerics.js';
import type {WorkerEnd, WorkerLauncher} from '../../src/run/worker-launcher.js';
import {temporaryFolder} from '../temporary-folder.js';

const cpu = {device: 'cpu', backend: 'cpu', name: 'CPU', memory_bytes: 1, free_bytes: 1} as const;
const gpu = (index: number) => ({...cpu, device: `cuda:${index}`, backend: 'cuda'}) as const;
const report = (...devices: EngineReport['devices']): EngineReport => ({
  numerics_version: 3,
  cpu_arithmetic: 'fused',
  devices,
  no_cuda: devices.length > 1 ? undefined : 'no driver',
});

/** A launcher whose worker says this and ends so; it counts its starts. */
function launcher(
  says: WorkerMessage | undefined,
  end: WorkerEnd = {kind: 'exited', exit_code: 0, stderr_tail: ''},
) {
  const starts: unknown[] = [];
  const it: WorkerLauncher = {
    start: (first, listener) => {
      starts.push(first);
      if (says !== undefined) listener.message(says);
      return {send: () => {}, kill: () => {}, ended: Promise.resolve(end)};
    },
  };
  return {...it, starts};
}

const bare = {visible_devices: undefined, plugin: undefined, products: undefined};

async function question() {
  const remembered_at = join(await temporaryFolder(), 'devices.json');
  return {
    addon: '/addon.node',
    engine_help: 'Get one here.',
    hashAddon: async () => contentHash('addon'),
    cuda: bare,
    machine: {driver: '560', boot: 'today'},
    remembered_at,
  };
}

test.each([
  {name: 'nothing', change: {}, starts: 1},
  {name: 'the addon', change: {hashAddon: async () => contentHash('rebuilt')}, starts: 2},
  {name: 'the visible devices', change: {cuda: {...bare, visible_devices: '1'}}, starts: 2},
  {name: 'the instructions a CPU may use', change: {cuda: {...bare, instruction_set: 'portable'}}, starts: 2},
  {name: 'the CPU', change: {machine: {driver: '560', boot: 'today', cpu: 'Another'}}, starts: 2},
  {
    name: 'a CUDA plugin that was built since',
    change: {cuda: {...bare, plugin: process.execPath}},
    starts: 2,
  },
  {name: 'a CUDA plugin still not built', change: {cuda: {...bare, plugin: '/no/plugin.so'}}, starts: 1},
  {name: 'the library for products', change: {cuda: {...bare, products: '/lib/cublas'}}, starts: 2},
  {name: 'the driver', change: {machine: {driver: '570', boot: 'today'}}, starts: 2},
  {name: 'the boot', change: {machine: {driver: '560', boot: 'tomorrow'}}, starts: 2},
])('the engine is asked again only when $name changed', async ({change, starts}) => {
  const asked = await question();
  const worker = launcher({kind: 'probed', report: report(cpu)});
  await observeEngine({...asked, launcher: worker});
  const again = await observeEngine({...asked, ...change, launcher: worker});
  expect(again).toEqual({kind: 'known', report: report(cpu)});
  expect(worker.starts).toHaveLength(starts);
});

const without_library = {...gpu(0), products: 'cuBLASLt was not found', own_products: true};

test('that a card lacks its library for products is asked again each time: it may be installed anywhere', async () => {
  const asked = await question();
  const worker = launcher({kind: 'probed', report: report(cpu, without_library)});
  await observeEngine({...asked, launcher: worker});
  await observeEngine({...asked, launcher: worker});
  expect(worker.starts).toHaveLength(2);
});

const on = (device: string) => ({resources: {device, precision: 'auto'}, engine: true});

test.each([
  {name: 'a stage that computes there', stages: [on('auto')], code: 'run/own-products'},
  {name: 'one of several', stages: [on('cpu'), on('cuda:0')], code: 'run/own-products'},
  {name: 'stages on the CPU', stages: [on('cpu')], code: undefined},
  {name: 'a device that is missing', stages: [on('cuda:1')], code: undefined},
  {name: 'a stage that needs no engine', stages: [{...on('auto'), engine: false}], code: undefined},
  {name: 'nothing to compute', stages: [], code: undefined},
])('a card without its library for products: a warning for $name', ({stages, code}) => {
  const engine = {kind: 'known', report: report(cpu, without_library)} as const;
  expect(productsWarning(engine, stages)?.code).toBe(code);
  const fast = {...without_library, products: '/lib/libcublasLt.so.13', own_products: false};
  expect(productsWarning({kind: 'known', report: report(cpu, fast)}, stages)).toBeUndefined();
});

test('a damaged memory is asked again', async () => {
  const asked = await question();
  writeFileSync(asked.remembered_at, '{"key":');
  expect(
    (await observeEngine({...asked, launcher: launcher({kind: 'probed', report: report(cpu)})})).kind,
  ).toBe('known');
  expect(readState(asked.remembered_at)).toMatchObject({report: report(cpu)});
});

test.each([
  {name: 'not built', addon: undefined, worker: launcher(undefined), code: 'run/engine-not-built'},
  {
    name: 'refused',
    addon: '/a',
    worker: launcher({kind: 'failed', problem: {code: 'native/addon-version', message: ''}}),
    code: 'native/addon-version',
  },
  {
    name: 'crashing',
    addon: '/a',
    worker: launcher(undefined, {kind: 'killed', signal: 'SIGILL', stderr_tail: ''}),
    code: 'run/engine-crashed',
  },
])('an engine that is $name is a problem, not a crash', async ({addon, worker, code}) => {
  const engine = await observeEngine({...(await question()), addon, launcher: worker});
  expect(engine).toMatchObject({
    kind: 'unavailable',
    problem: {code, hint: expect.stringContaining('Get one here.')},
  });
  expect(resolveNumerics(engine, {device: 'auto', precision: 'auto', threads: undefined})).toMatchObject({
    kind: 'problem',
    problem: {code},
  });
});

const both: EngineObservation = {kind: 'known', report: report(cpu, gpu(0), gpu(1))};
const plain = {kind: 'known', report: report(cpu)} as const satisfies EngineObservation;

test.each([
  {
    engine: plain,
    device: 'auto',
    precision: 'auto',
    gives: {device: 'cpu', identity: {backend: 'cpu', precision: 'f32', numerics_version: 3}},
  },
  {
    engine: {kind: 'known', report: {...plain.report, cpu_arithmetic: 'portable'}} as const,
    device: 'auto',
    precision: 'auto',
    gives: {
      device: 'cpu',
      identity: {backend: 'cpu', precision: 'f32', numerics_version: 3, cpu_arithmetic: 'portable'},
    },
  },
  {
    engine: both,
    device: 'auto',
    precision: 'auto',
    gives: {device: 'cuda:0', identity: {backend: 'cuda', precision: 'bf16'}},
  },
  {
    engine: both,
    device: 'cuda:1',
    precision: 'f16',
    gives: {device: 'cuda:1', identity: {backend: 'cuda', precision: 'f16'}},
  },
  {
    engine: both,
    device: 'cpu',
    precision: 'auto',
    gives: {device: 'cpu', identity: {backend: 'cpu', precision: 'f32'}},
  },
  {engine: plain, device: 'cuda', precision: 'auto', gives: {problem: {code: 'run/no-such-device'}}},
  {engine: both, device: 'cuda:7', precision: 'auto', gives: {problem: {code: 'run/no-such-device'}}},
  {
    engine: plain,
    device: 'auto',
    precision: 'bf16',
    gives: {device: 'cpu', identity: {backend: 'cpu', precision: 'f32'}},
  },
])('device $device, precision $precision', ({engine, device, precision, gives}) => {
  expect(resolveNumerics(engine, {device, precision, threads: 4})).toMatchObject(gives);
});

test('a device that is not there is refused with what the engine says of the cards there are', () => {
  const no_cuda = 'Tesla T4 has compute capability 7.5; 8.0 (Ampere) or newer is needed';
  const engine = {kind: 'known', report: {...plain.report, no_cuda}} as const;
  const refused = resolveNumerics(engine, {device: 'cuda:0', precision: 'auto', threads: undefined});
  expect(refused).toMatchObject({
    problem: {code: 'run/no-such-device', message: expect.stringContaining(`cuda:0 here: ${no_cuda}`)},
  });
});

test('the number of a device stays out of the identity', () => {
  const of = (device: string) => resolveNumerics(both, {device, precision: 'auto', threads: undefined});
  expect([of('cuda:0'), of('cuda:1')].map((seen) => seen.kind === 'known' && seen.identity)).toEqual([
    {backend: 'cuda', precision: 'bf16', numerics_version: 3},
    {backend: 'cuda', precision: 'bf16', numerics_version: 3},
  ]);
});

describe('a precision that a CPU does not have', () => {
  const stage = (precision: string, device = 'auto') => ({
    resources: {device, precision, threads: undefined},
    engine: true,
  });

  test.each(['bf16', 'f16'])('%s is computed in f32, and that is said', (precision) => {
    expect(precisionWarning(plain, [stage('auto'), stage(precision)])).toMatchObject({
      code: 'run/precision-not-on-cpu',
      message: expect.stringContaining(`precision: ${precision}`),
    });
  });

  test.each([
    ['f32 is what it has', plain, stage('f32')],
    ['auto takes what there is', plain, stage('auto')],
    ['a card has it', both, stage('bf16')],
    ['a stage without the engine computes nothing', plain, {...stage('bf16'), engine: false}],
  ])('nothing is said: %s', (_name, engine, asked) => {
    expect(precisionWarning(engine, [asked])).toBeUndefined();
  });
});
