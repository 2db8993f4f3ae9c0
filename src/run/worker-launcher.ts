import type {Problem} from '../base/problem.js';
import type {RunnerMessage, WorkerMessage} from '../protocol/message.js';

/**
 * Starts workers. The one place that knows where they run: a child process of this one, a process that another program
 * starts elsewhere (srun, ssh, a container), a job of a cluster's scheduler. Nothing else may assume a local child.
 */
export interface WorkerLauncher {
  /** Never throws; a worker that cannot start ends at once with `not_started`. */
  readonly start: (first: RunnerMessage, listener: WorkerListener) => RunningWorker;
}

export interface WorkerListener {
  /**
   * The process of this machine that the worker is, told before the worker hears anything; when it throws there is no
   * worker. A launcher whose workers run elsewhere never calls it.
   */
  readonly started?: (pid: number) => void;
  readonly message: (message: WorkerMessage) => void;
  /** One line the worker printed, for the stage's log. */
  readonly output: (line: string) => void;
}

export interface RunningWorker {
  readonly send: (message: RunnerMessage) => void;
  /** Ends it now, without asking. */
  readonly kill: () => void;
  readonly ended: Promise<WorkerEnd>;
}

/** How its process ended; what it achieved, its messages said before. */
export type WorkerEnd =
  | {readonly kind: 'exited'; readonly exit_code: number; readonly stderr_tail: string}
  | {readonly kind: 'killed'; readonly signal: string; readonly stderr_tail: string}
  | {readonly kind: 'not_started'; readonly problem: Problem}
  /** It was ended for a reason that is known. */
  | {readonly kind: 'failed'; readonly problem: Problem}
  /** By somebody, elsewhere: who wants it back runs it again. */
  | {readonly kind: 'cancelled'; readonly problem: Problem}
  /** What was between here and there failed, not the work: it may be done again from what was saved. */
  | {readonly kind: 'lost'; readonly problem: Problem};
