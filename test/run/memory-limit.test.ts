import {expect, test} from 'vitest';
import {hostMemory} from '../../src/base/host-memory.js';
import type {Executor} from '../../src/config/pipeline.js';
import {UNKNOWN_LIMIT_BYTES} from '../../src/event/memory-forecast.js';
import {memoryLimits} from '../../src/run/forecast/limit.js';

const GIB = 2 ** 30;

const job = (memory: string | undefined): Executor => ({
  name: 'gpu',
  gpus: 0,
  cpus: 1,
  memory,
  time_s: undefined,
  device: 'cpu',
  jobs: 1,
  start_timeout_s: 1,
  silence_s: 1,
  how: {type: 'command', command: []},
});

test('a stage elsewhere has what its job asks for, not what this machine has', () => {
  const limitOf = memoryLimits(undefined, undefined);
  expect(limitOf('cpu')).toBe(hostMemory());
  expect(limitOf('cpu', job('900M'))).toBe(900 * 2 ** 20);
  expect(limitOf('cpu', job('1.5T'))).toBe(1536 * GIB);
  expect(limitOf('cpu', job('auto'))).toBe(UNKNOWN_LIMIT_BYTES);
  expect(limitOf('cpu', job(undefined))).toBe(UNKNOWN_LIMIT_BYTES);
  expect(limitOf('cuda:0', job('900M'))).toBe(UNKNOWN_LIMIT_BYTES);
  expect(memoryLimits(undefined, 8 * GIB)('cpu', job('900M'))).toBe(8 * GIB);
});
