import {hashFile} from '../base/hash.js';
import {lightStages} from '../run/light/table.generated.js';
import type {LightStage} from '../run/light-stage.js';
import type {WorkerEntry} from '../worker/context.js';
import {workerEntries} from '../worker/entries.generated.js';
import type {WorkerEntries} from '../worker/serve.js';

/** A caller that waits no longer ends the whole job. */
const NEVER = new AbortController().signal;

/** Of every stage type: on another machine light stages need a process, too. `env`: of the job, for what a light stage needs of it. */
export function jobEntries(env: NodeJS.ProcessEnv): WorkerEntries {
  const light = Array.from(lightStages, ([type, work]) => [type, async () => asEntry(work, env)] as const);
  return {...workerEntries, ...Object.fromEntries(light)};
}

/** The work of a light stage as a worker does it. */
function asEntry(work: LightStage, env: NodeJS.ProcessEnv): WorkerEntry {
  return async ({job, signal, emit, log}) => {
    const {stage, params, inputs, out_dir, memory_dir} = job;
    try {
      const place = {stage, params, inputs, out_dir, memory_dir};
      await work({...place, env, signal, force: NEVER, emit, log, hashFile});
    } catch (error) {
      if (signal.aborted) return 'stopped';
      throw error;
    }
    return 'done';
  };
}
