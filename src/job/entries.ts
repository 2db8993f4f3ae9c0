import {hashFile} from '../base/hash.js';
import {lightStages} from '../run/light/table.generated.js';
import type {LightStage} from '../run/light-stage.js';
import type {WorkerEntry} from '../worker/context.js';
import {workerEntries} from '../worker/entries.generated.js';
import type {WorkerEntries} from '../worker/serve.js';

/** A caller that waits no longer ends the whole job. */
const NEVER = new AbortController().signal;

/** Of every stage type: on another machine light stages need a process, too. */
export const jobEntries: WorkerEntries = {
  ...workerEntries,
  ...Object.fromEntries(Array.from(lightStages, ([type, work]) => [type, async () => asEntry(work)])),
};

/** The work of a light stage as a worker does it. What it needs of the environment is that of the job. */
function asEntry(work: LightStage): WorkerEntry {
  return async ({job, signal, emit, log}) => {
    const {stage, params, inputs, out_dir, memory_dir} = job;
    try {
      const place = {stage, params, inputs, out_dir, memory_dir};
      await work({...place, env: process.env, signal, force: NEVER, emit, log, hashFile});
    } catch (error) {
      if (signal.aborted) return 'stopped';
      throw error;
    }
    return 'done';
  };
}
