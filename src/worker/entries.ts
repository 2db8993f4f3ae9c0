import type {WorkerEntries} from './serve.js';

/** The work of every heavy stage type, loaded with its first job. Adding one: see docs/adding-a-stage.md. */
export const workerEntries: WorkerEntries = {};
