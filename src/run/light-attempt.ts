import {callAfter} from '../base/timer.js';
import {memoryDir} from '../cache/layout.js';
import type {WorkerEvent} from '../event/event.js';
import type {Effects} from './effects.js';
import type {LightContext, LightStage} from './light-stage.js';
import type {WorkOutcome} from './outcome.js';
import {problemOf, tookTooLong} from './problem-of.js';

type Job = Pick<LightContext, 'stage' | 'params' | 'inputs' | 'out_dir'>;

/** Runs a light stage to its end, however it ends. Never rejects. */
export async function runLight(
  work: LightStage,
  job: Job,
  effects: Effects,
  timeout_s: number | undefined,
): Promise<WorkOutcome> {
  const timeout = new AbortController();
  const takeBack = timeout_s === undefined ? () => {} : callAfter(timeout_s * 1000, () => timeout.abort());
  const signal = AbortSignal.any([effects.stop.graceful, timeout.signal]);
  try {
    await work({
      ...job,
      env: effects.env,
      signal,
      force: effects.stop.force,
      emit: (event) => effects.emit({...event, stage: job.stage} as WorkerEvent),
      log: (line) => effects.log(job.stage, line),
      hashFile: effects.hashFile,
      memory_dir: memoryDir(effects.cache.root),
    });
    return {kind: 'done'};
  } catch (error) {
    if (effects.stop.graceful.aborted) {
      const ended = effects.stop.force.aborted ? 'killed' : 'itself';
      return {kind: 'interrupted', resumable: false, ended};
    }
    if (timeout.signal.aborted) return {kind: 'failed', problem: tookTooLong(timeout_s!, 'saves_nothing')};
    const {problem, stack} = problemOf(error);
    if (stack !== undefined) effects.log(job.stage, stack);
    return {kind: 'failed', problem};
  } finally {
    takeBack();
  }
}
