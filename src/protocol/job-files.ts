/**
 * A channel of files, for a worker that is a job of a cluster and may outlive its runner. All are in one folder on a disk
 * that both sides see. Each file has one writer: `job` and `commands/N` are the runner's, written aside and renamed;
 * `events` is the worker's, which only appends. Both sides look again and again: no file system tells another machine.
 */
export const JOB_FILES = {
  /** The first message, one frame. */
  job: 'job',
  /** Frames of the worker, one after the other. */
  events: 'events',
  /** One frame each, numbered from 1. */
  commands: 'commands',
  /** What the job prints. */
  output: 'output.log',
  /** The stage's outputs. */
  out: 'out',
} as const;

/** `000012`: names sort as they were written. */
export function commandName(number: number): string {
  return String(number).padStart(6, '0');
}

/** How often either side looks. */
export const LOOK_EVERY_MS = 500;
