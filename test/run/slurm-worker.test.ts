import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fingerprintOf} from '../../src/base/hash.js';
import {stageId} from '../../src/base/stage-id.js';
import {openCache} from '../../src/cache/open.js';
import type {RunnerMessage} from '../../src/protocol/message.js';
import type {AskSlurm} from '../../src/run/slurm/commands.js';
import {newQueue} from '../../src/run/slurm/queue.js';
import {slurmWorker} from '../../src/run/slurm/slurm-worker.js';
import {temporaryFolder} from '../temporary-folder.js';

const how = {
  type: 'slurm',
  partition: undefined,
  account: undefined,
  qos: undefined,
  extra: ['--requeue'],
  setup: [],
  poll_s: 0.05,
} as const;

test.each(['launch failed requeued held', 'launch_failed_requeued_held'])(
  'a job that could not be launched and is held for somebody to release it is cancelled, and no failure: %s',
  async (reason) => {
    const folder = join(await temporaryFolder(), 'job');
    const cancelled: (readonly string[])[] = [];
    const ask: AskSlurm = async (program, args) => {
      if (program === 'scancel') cancelled.push(args);
      const state = cancelled.length === 0 ? `PENDING||${reason}` : 'CANCELLED||None';
      return {kind: 'answered', out: program === 'sbatch' ? '7\n' : `7|sidestep-a-1|${state}\n`};
    };
    const executor = {
      name: 'here',
      gpus: 0,
      cpus: 1,
      memory: undefined,
      time_s: undefined,
      device: 'cpu',
      jobs: 1,
      start_timeout_s: 300,
      silence_s: 60,
      how,
    } as const;
    const launcher = slurmWorker(
      {ask, queue: newQueue(ask), worker: ['node', 'worker.js']},
      {
        executor,
        how,
        folder,
        stage: stageId('a'),
        fingerprint: fingerprintOf({a: 1}),
        cache: openCache(folder),
        memory: undefined,
        ranks: 1,
        shards: 1,
        task: undefined,
        emit: () => {},
        signal: new AbortController().signal,
        job: undefined,
        name: 'sidestep-a-1',
      },
    );
    const {ended} = launcher.start({kind: 'stop'} satisfies RunnerMessage, {
      message: () => {},
      output: () => {},
    });
    expect(await ended).toMatchObject({
      kind: 'lost',
      problem: {message: 'Job 7 was put back into the queue, and is cancelled'},
    });
    expect(cancelled[0]).toEqual(['--name=sidestep-a-1', '7']);
  },
);
