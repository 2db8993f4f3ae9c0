import {expect, test} from 'vitest';
import type {Executor} from '../../src/config/pipeline.js';
import type {StageMemory} from '../../src/event/memory-forecast.js';
import {jobRequest} from '../../src/run/slurm/request.js';
import {here, how} from '../cluster/disturbed.js';

const GIB = 2 ** 30;

/** 4 GiB of weights, 12 GiB in all. */
const forecast: StageMemory = {
  kind: 'known',
  device: 'cuda:0',
  weights_bytes: 4 * GIB,
  adapter_bytes: GIB,
  optimizer_bytes: 2 * GIB,
  activation_bytes: 5 * GIB,
  overhead_bytes: 0,
  total_bytes: 12 * GIB,
  limit_bytes: 80 * GIB,
  lengths: 'known',
  latent_frames: 100,
  condition_tokens: 10,
  fits: 'yes',
  suggestions: [],
};
const unknown: StageMemory = {kind: 'later', reason: 'known once it has run'};
const auto: Executor = {...here, memory: 'auto', cpus: undefined};

// Of memory: 2 GiB for the program and its libraries, and a quarter more than was foreseen.
test.each([
  {
    name: 'on a CPU it holds everything: 2 + 1.25 × 12 GiB',
    executor: auto,
    work: {memory: forecast, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1', '--mem=17408M'],
  },
  {
    name: 'on a card the host holds the weights: 2 + 1.25 × 4 GiB',
    executor: {...auto, device: 'cuda' as const, gpus: 1},
    work: {memory: forecast, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1', '--gres=gpu:1', '--mem=7168M'],
  },
  {
    name: 'each rank has a model of its own',
    executor: {...auto, device: 'cuda' as const, gpus: 4},
    work: {memory: forecast, ranks: 4},
    asks: ['--nodes=1', '--ntasks=1', '--gres=gpu:4', '--mem=28672M'],
  },
  {
    name: 'what is not known yet is not asked for',
    executor: auto,
    work: {memory: unknown, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1'],
  },
  {
    name: 'what is written is asked for as it is, the forecast notwithstanding',
    executor: {...auto, memory: '32G'},
    work: {memory: forecast, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1', '--mem=32G'],
  },
  {
    name: 'a time limit, in whole minutes, comes with a warning three minutes before',
    executor: {...here, time_s: 7230},
    work: {memory: undefined, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1', '--cpus-per-task=1', '--mem=200M', '--time=121', '--signal=B:TERM@180'],
  },
  {
    name: 'of a short one the last quarter',
    executor: {...here, time_s: 240},
    work: {memory: undefined, ranks: 1},
    asks: ['--nodes=1', '--ntasks=1', '--cpus-per-task=1', '--mem=200M', '--time=4', '--signal=B:TERM@60'],
  },
])('$name', ({executor, work, asks}) => {
  expect(jobRequest(executor, how, work)).toEqual(asks);
});

test('partition, account and quality of service come before, further arguments of the user last', () => {
  const site = {...how, partition: 'a100', account: 'music', qos: 'long', extra: ['--constraint=nvme']};
  const request = jobRequest(here, site, {memory: undefined, ranks: 1});
  expect(request.slice(0, 3)).toEqual(['--partition=a100', '--account=music', '--qos=long']);
  expect(request.at(-1)).toBe('--constraint=nvme');
});
