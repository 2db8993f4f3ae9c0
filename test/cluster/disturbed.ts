import {join} from 'node:path';
import {expect} from 'vitest';
import type {Executor, SlurmHow} from '../../src/config/pipeline.js';
import type {RunEvent} from '../../src/event/event.js';
import {pipelineOf, type RunReport, type RunSetting, run, type StageSketch} from '../run/rig.js';
import {temporaryFolder} from '../temporary-folder.js';
import type {TestCluster} from './cluster.js';

export const how: SlurmHow = {
  type: 'slurm',
  partition: undefined,
  account: undefined,
  qos: undefined,
  extra: [],
  setup: [],
  poll_s: 0.5,
};
export const here: Executor = {
  name: 'here',
  gpus: 0,
  cpus: 1,
  memory: '200M',
  time_s: undefined,
  device: 'cpu',
  jobs: 100,
  start_timeout_s: 120,
  silence_s: 25,
  how,
};

export function on(executor: Executor, sketch: StageSketch): StageSketch {
  return {...sketch, resources: {device: 'auto', precision: 'auto', threads: undefined, executor}};
}

export const counted = 'epoch 1\nepoch 2\nepoch 3';

/** Counts to two, then waits to be disturbed; once it was, it goes on from there. */
export async function disturbed(
  cluster: TestCluster,
  disturb: (job: string, flag: string) => void | Promise<void>,
  {executor = here, setting = {}}: {executor?: Executor; setting?: RunSetting} = {},
): Promise<{report: RunReport; again: () => Promise<RunReport>}> {
  const dir = await temporaryFolder();
  const flag = join(dir, 'pid');
  const pipeline = pipelineOf(dir, {
    a: on(executor, {uses: 'test.count', params: {epochs: 3, hold_at: 2, flag}}),
  });
  let job = '';
  let done: Promise<void> | undefined;
  const report = await run(pipeline, {
    ...setting,
    onEvent: (event) => {
      if (event.kind === 'stage_placed') job = event.job;
      if (event.kind === 'stage_progress' && event.done === 2) done ??= Promise.resolve(disturb(job, flag));
      setting.onEvent?.(event);
    },
  });
  await done;
  expect(await cluster.jobsLeft()).toEqual([]);
  return {report, again: () => run(pipeline)};
}

export function kinds(report: RunReport, kind: RunEvent['kind']): RunEvent[] {
  return report.events.filter((event) => event.kind === kind);
}

export function codesOfLosses({events}: RunReport): string[] {
  return events.flatMap((event) => (event.kind === 'stage_lost' ? [event.problem.code] : []));
}
