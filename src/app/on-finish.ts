import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {Problem} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import type {ExitCode, Terminal} from './terminal.js';

/** What a command that runs after a run can know of it. */
export interface FinishedRun {
  readonly run: string;
  readonly pipeline: string;
  /** Its record. */
  readonly dir: string;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly exit_code: ExitCode;
  readonly duration_ms: number;
}

/** A notification that hangs must not hold the shell's prompt. */
const LIMIT_MS = 60_000;

/** Runs the user's own command; what went wrong with it, if anything, is a warning and never changes how the run ended. */
export async function runOnFinish(
  {env, cwd}: Pick<Terminal, 'env' | 'cwd'>,
  [program, ...args]: readonly string[],
  finished: FinishedRun,
): Promise<Problem | undefined> {
  if (program === undefined) return undefined;
  try {
    const options = {cwd, env: {...env, ...variablesOf(finished)}, timeout: LIMIT_MS};
    await promisify(execFile)(program, args, options);
    return undefined;
  } catch (error) {
    return failedProblem(program, error);
  }
}

function variablesOf({run, pipeline, dir, outcome, exit_code, duration_ms}: FinishedRun) {
  return {
    SIDESTEP_RUN: run,
    SIDESTEP_PIPELINE: pipeline,
    SIDESTEP_RUN_DIR: dir,
    SIDESTEP_OUTCOME: outcome,
    SIDESTEP_EXIT_CODE: String(exit_code),
    SIDESTEP_SECONDS: String(Math.round(duration_ms / 1000)),
  };
}

/** As `execFile` rejects: with the exit code as a number, or with the system's reason. */
function failedProblem(program: string, error: unknown): Problem {
  const {code, killed, stderr} = error as {code?: unknown; killed?: boolean; stderr?: string};
  const why = isSystemError(error)
    ? `could not be started (${error.code})`
    : killed === true
      ? `took longer than ${LIMIT_MS / 1000} s`
      : `ended with exit code ${String(code)}`;
  const words = (stderr ?? '').trimEnd().split('\n').slice(-5);
  return {
    code: 'run/on-finish-failed',
    message: `The command of the setting on_finish, ${program}, ${why}`,
    hint: 'The run itself is not touched. `sidestep settings get on_finish` shows the command.',
    ...(words.join('') === '' ? {} : {last_words: words}),
  };
}
