import {expect, test, vi} from 'vitest';
import type {AskSlurm, SlurmAnswer} from '../../src/run/slurm/commands.js';
import {newQueue} from '../../src/run/slurm/queue.js';
import {submit} from '../../src/run/slurm/submit.js';

const says =
  (out: string): AskSlurm =>
  async () => ({kind: 'answered', out});

test('a number that now means the job of somebody else is no news of ours', async () => {
  const queue = newQueue(says('7|somebody-elses|RUNNING|n1|None\n'));
  expect(await queue.ask({id: '7', name: 'sidestep-train-1234abcd'})).toBe('unknown');
  expect(await queue.ask({id: '7', name: 'somebody-elses'})).toEqual({
    state: 'RUNNING',
    node: 'n1',
    reason: null,
  });
});

test('many that are asked for at the same time are one question; each gets the answer of its own task', async () => {
  const asked: string[] = [];
  const queue = newQueue(async (program, args) => {
    asked.push(`${program} ${args.at(-1)}`);
    return {kind: 'answered', out: '12_0|it|RUNNING|n1|None\n12_1|it|PENDING||Resources\n'};
  });
  const answers = await Promise.all(['12_0', '12_1', '12_2'].map((id) => queue.ask({id, name: 'it'})));
  expect(asked).toEqual(['squeue --jobs=12_0,12_1,12_2']);
  expect(answers).toEqual([
    {state: 'RUNNING', node: 'n1', reason: null},
    {state: 'PENDING', node: null, reason: 'Resources'},
    'unknown',
  ]);
});

test('once no job is watched no timer is left that a run would wait for', () => {
  vi.useFakeTimers();
  try {
    const queue = newQueue(says(''));
    const first = queue.watch({id: '7', name: 'it'}, 60, () => {});
    const second = queue.watch({id: '8', name: 'it'}, 60, () => {});
    first();
    expect(vi.getTimerCount()).toBe(1);
    second();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a job that the queue does not take yet is told of once for each reason, and handed in again', async () => {
  const full = 'sbatch: error: Batch job submission failed [AssocMaxSubmitJobLimit]';
  const answers: SlurmAnswer[] = [
    {kind: 'later', words: full},
    {kind: 'answered', out: ''}, // of squeue: no job has that name
    {kind: 'answered', out: '7;cluster\n'},
  ];
  const waits: string[] = [];
  const ask: AskSlurm = async () => answers.shift()!;
  const order = {
    name: 'it',
    args: [],
    signal: new AbortController().signal,
    waits: (why: string) => void waits.push(why),
  };
  expect(await submit(order, ask)).toEqual({kind: 'submitted', job: '7'});
  expect(waits).toEqual(['Batch job submission failed [AssocMaxSubmitJobLimit]']);
});
