import type {AskSlurm} from './commands.js';
import type {Queue} from './queue.js';

/** The cluster, as one runner sees it. */
export interface Cluster {
  readonly ask: AskSlurm;
  readonly queue: Queue;
  /** Command line of a job's worker. */
  readonly worker: readonly string[];
}
