import {isFileError} from '../base/durable.js';
import {type Problem, SidestepError} from '../base/problem.js';

/** What to tell of an exception; a stack only when it is a bug, for the log. */
export interface Told {
  readonly problem: Problem;
  readonly stack: string | undefined;
}

/** Our own errors speak for themselves; a full disk is explained; anything else is a bug of ours. */
export function problemOf(error: unknown): Told {
  if (error instanceof SidestepError) return {problem: error.problem, stack: undefined};
  if (isFileError(error, 'ENOSPC', 'EDQUOT', 'EFBIG')) return {problem: diskFull(error), stack: undefined};
  const message = error instanceof Error ? error.message : String(error);
  return {
    problem: {
      code: 'run/bug',
      message: `This is a bug in sidestep: ${message}`,
      hint: 'The log holds the full stack trace; please report it.',
    },
    stack: error instanceof Error ? error.stack : undefined,
  };
}

function diskFull(error: NodeJS.ErrnoException): Problem {
  return {
    code: 'run/disk-full',
    message: `There was no room to write${error.path === undefined ? '' : ` ${error.path}`} (${error.code})`,
    hint: 'What was finished is kept. Make room (`sidestep cache gc` drops what no lock file names) and run again.',
  };
}
