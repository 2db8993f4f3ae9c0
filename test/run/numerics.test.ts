import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {contentHash} from '../../src/base/hash.js';
import {readState} from '../../src/base/state-file.js';
import type {EngineReport, WorkerMessage} from '../../src/protocol/message.js';
import {type EngineObservation, observeEngine, resolveNumerics} from '../../src/run/numerics.js';
import type {WorkerEnd, WorkerLauncher} from '../../src/run/worker-launcher.js';
import {temporaryFolder} from '../temporary-folder.js';

const cpu = {device: 'cpu', backend: 'cpu', name: 'CPU', memory_bytes: 1, free_bytes: 1} as const;
const gpu = (index: number) => ({...cpu, device: `cuda:${index}`, backend: 'cuda'}) as const;
const report = (...devices: EngineReport['devices']): EngineReport => ({
  numerics_version: 3,
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
    start: (first, hear) => {
      starts.push(first);
      if (says !== undefined) hear.message(says);
      return {send: () => {}, kill: () => {}, ended: Promise.resolve(end)};
    },
  };
  return {...it, starts};
}

async function question() {
  const remembered_at = join(await temporaryFolder(), 'devices.json');
  return {
    addon: '/addon.node',
    hashAddon: async () => contentHash('addon'),
    visible_devices: undefined,
    machine: {driver: '560', boot: 'today'},
    remembered_at,
  };
}

test.each([
  {name: 'nothing', change: {}, starts: 1},
  {name: 'the addon', change: {hashAddon: async () => contentHash('rebuilt')}, starts: 2},
  {name: 'the visible devices', change: {visible_devices: '1'}, starts: 2},
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

test('a damaged memory is asked anew', async () => {
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
  expect(engine).toMatchObject({kind: 'unavailable', problem: {code}});
  expect(resolveNumerics(engine, {device: 'auto', precision: 'auto', threads: undefined})).toMatchObject({
    kind: 'problem',
    problem: {code},
  });
});

const both: EngineObservation = {kind: 'known', report: report(cpu, gpu(0), gpu(1))};
const plain: EngineObservation = {kind: 'known', report: report(cpu)};

test.each([
  {
    engine: plain,
    device: 'auto',
    precision: 'auto',
    gives: {device: 'cpu', identity: {backend: 'cpu', precision: 'f32', numerics_version: 3}},
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
  {engine: plain, device: 'auto', precision: 'bf16', gives: {problem: {code: 'run/precision-not-on-cpu'}}},
])('device $device, precision $precision', ({engine, device, precision, gives}) => {
  expect(resolveNumerics(engine, {device, precision, threads: 4})).toMatchObject(gives);
});

test('the number of a device stays out of the identity', () => {
  const of = (device: string) => resolveNumerics(both, {device, precision: 'auto', threads: undefined});
  expect([of('cuda:0'), of('cuda:1')].map((seen) => seen.kind === 'known' && seen.identity)).toEqual([
    {backend: 'cuda', precision: 'bf16', numerics_version: 3},
    {backend: 'cuda', precision: 'bf16', numerics_version: 3},
  ]);
});
