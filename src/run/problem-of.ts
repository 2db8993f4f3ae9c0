import {accidentOf} from '../base/accident.js';
import {type Problem, SidestepError} from '../base/problem.js';

/** What to tell of an exception; a stack for the log unless our own words say it all. */
export interface Told {
  readonly problem: Problem;
  readonly stack: string | undefined;
}

/** Our own errors speak for themselves; what the system refused is put into words; anything else is a bug of ours. */
export function problemOf(error: unknown): Told {
  if (error instanceof SidestepError) return {problem: error.problem, stack: undefined};
  const stack = error instanceof Error ? error.stack : undefined;
  const accident = accidentOf(error);
  if (accident !== undefined) return {problem: accident, stack};
  const message = error instanceof Error ? error.message : String(error);
  return {
    problem: {
      code: 'run/bug',
      message: `This is a bug in sidestep: ${message}`,
      hint: 'The log holds the full stack trace; please report it.',
    },
    stack,
  };
}
