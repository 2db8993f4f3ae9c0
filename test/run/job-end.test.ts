import {expect, test} from 'vitest';
import type {MemoryForecast} from '../../src/event/memory-forecast.js';
import {endOfJob} from '../../src/run/slurm/job-end.js';

const GIB = 2 ** 30;

const memory: MemoryForecast = {
  device: 'cpu',
  weights_bytes: 3 * GIB,
  adapter_bytes: GIB,
  optimizer_bytes: GIB,
  activation_bytes: GIB,
  overhead_bytes: 0,
  total_bytes: 6 * GIB,
  limit_bytes: 64 * GIB,
  lengths: 'known',
  latent_frames: null,
  condition_tokens: null,
  fits: 'yes',
  suggestions: [],
};

const killedBy = (signal: number, exit_code = 0) => ({
  ask: async () => ({kind: 'answered', out: `JobId=7 ExitCode=${exit_code}:${signal} `}) as const,
  memory: {kind: 'known', ...memory} as const,
});

/** As Slurm 22.05 writes them: by its own measuring, and of the kernel's out-of-memory killer. */
const ofMemory = [
  'slurmstepd-n1: error: StepId=7.batch exceeded memory limit (181485568 > 104857600), being killed',
  'slurmstepd-n1: error: Exceeded job memory limit',
  'slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.batch. Some of your processes may have been killed by the cgroup out-of-memory handler.',
  'slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed.',
];

test.each(ofMemory)('out of memory, where only what watched over the job says so: %s', async (words) => {
  const end = await endOfJob('7', 'FAILED', {
    ...killedBy(9),
    begun: true,
    stderr_tail: `loading\n${words}\n`,
  });
  expect(end).toMatchObject({
    kind: 'failed',
    problem: {
      code: 'run/job-out-of-memory',
      hint: expect.stringContaining('The forecast was 6.00 GiB on cpu, of which weights 3.00 GiB'),
    },
  });
});

test('a program that speaks of memory itself has its own end', async () => {
  const words = 'my program: error: exceeded memory limit';
  const end = await endOfJob('7', 'FAILED', {...killedBy(0, 3), begun: true, stderr_tail: words});
  expect(end).toEqual({kind: 'exited', exit_code: 3, stderr_tail: words});
});

test('killed before it began is lost, by hand later is a crash', async () => {
  const facts = {...killedBy(9), stderr_tail: ''};
  expect(await endOfJob('7', 'FAILED', {...facts, begun: false})).toMatchObject({kind: 'lost'});
  expect(await endOfJob('7', 'FAILED', {...facts, begun: true})).toMatchObject({kind: 'killed'});
});
