import {accidentOf, bugProblem} from '../base/accident.js';
import {type Problem, SidestepError} from '../base/problem.js';

/** What to say of an exception; a stack for the log unless our own words say it all. */
export interface Told {
  readonly problem: Problem;
  readonly stack: string | undefined;
}

/** A stage that took longer than its `timeout`. */
export function tookTooLong(timeout_s: number, saves: 'saves' | 'saves_nothing'): Problem {
  return {
    code: 'run/timeout',
    message: `The stage took longer than its timeout of ${timeout_s} s`,
    hint: `Raise \`timeout\`, or give it less to do.${saves === 'saves' ? ' What it saved on the way is kept.' : ''}`,
  };
}

/** Our own errors speak for themselves; what the system refused is put into words; anything else is a bug of ours. */
export function problemOf(error: unknown): Told {
  if (error instanceof SidestepError) return {problem: error.problem, stack: undefined};
  const stack = error instanceof Error ? error.stack : undefined;
  const accident = accidentOf(error);
  if (accident !== undefined) return {problem: accident, stack};
  return {problem: bugProblem('run/bug', error), stack};
}
