import {basename} from 'node:path';
import type {WorkerEnd} from './worker-launcher.js';

/** What the programs that start workers elsewhere say of themselves: the few words of theirs that decide something. */

/** srun's own lines, as of Slurm 20 to 24; with `--quiet` it does not say them. */
const IN_QUEUE =
  /^srun: job \d+ queued and waiting for resources|^srun: Job \d+ step creation (?:temporarily|still) disabled/i;
const OUT_OF_QUEUE = /^srun: job \d+ has been allocated resources|^srun: Step created for/i;

/** Whether a line says that the worker waits in a queue, or does so no longer. */
export function queueNews(line: string): 'waiting' | 'left' | undefined {
  if (IN_QUEUE.test(line)) return 'waiting';
  return OUT_OF_QUEUE.test(line) ? 'left' : undefined;
}

/** ssh(1): "exits with the exit status of the remote command or with 255 if an error occurred". */
const SSH_ERROR = 255;
/** What srun and slurmd print when it was not the program that failed. */
const LOST_NODE =
  /node failure|NODE FAIL|DUE TO (?:PREEMPTION|TIME LIMIT|JOB REQUEUE)|communication connection failure|timed out waiting for job step/i;

/** The end of a worker that was there and said no last word: was it the way to it that broke? */
export function connectionLost(program: string, end: WorkerEnd): WorkerEnd | undefined {
  if (end.kind !== 'exited') return undefined;
  const ssh = basename(program) === 'ssh' && end.exit_code === SSH_ERROR;
  const words = end.stderr_tail.split('\n').findLast((line) => LOST_NODE.test(line));
  if (!ssh && words === undefined) return undefined;
  return {
    kind: 'lost',
    problem: {
      code: 'run/worker-lost',
      message: `The worker was lost: ${words ?? (end.stderr_tail.split('\n').at(-1) || 'ssh lost its connection')}`,
      hint: 'That is no failure of the stage: it goes on from what was saved.',
    },
  };
}
