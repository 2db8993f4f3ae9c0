import {expect, test} from 'vitest';
import type {AskSlurm} from '../../src/run/slurm/commands.js';
import {newQueue} from '../../src/run/slurm/queue.js';

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
