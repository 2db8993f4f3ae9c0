import {execFile} from 'node:child_process';

/** How one of Slurm's programs answered. */
export type Answer =
  | {readonly kind: 'answered'; readonly out: string}
  /** The controller is not to be reached just now, or asks to come back later: it may have done what it was asked. */
  | {readonly kind: 'later'; readonly words: string}
  | {readonly kind: 'refused'; readonly words: string};

export type AskSlurm = (program: string, args: readonly string[]) => Promise<Answer>;

/** What passes by itself: a controller that restarts, is overloaded, or has enough of this user's jobs for the moment. */
const LATER =
  /unable to contact slurm controller|socket timed out|connection (?:refused|reset|timed out)|communication connection failure|temporarily unable to accept|zero bytes were transmitted|backup controller|resource temporarily unavailable|unexpected message received|MaxSubmitJob|job submit limit|slurmctld.*(?:down|not responding)|transport endpoint/i;

/** A busy controller may take its time, and is only slower for being asked again. */
const ANSWER_WITHIN_MS = 120_000;

export function askSlurm(env: Readonly<Record<string, string | undefined>>): AskSlurm {
  return (program, args) =>
    new Promise((resolve) => {
      execFile(
        program,
        args,
        {env: env as NodeJS.ProcessEnv, timeout: ANSWER_WITHIN_MS},
        (error, out, said) => {
          const words = said.trim().split('\n').at(-1) || String(error?.message ?? '');
          if (error === null) resolve({kind: 'answered', out});
          else if (error.killed === true || LATER.test(said)) resolve({kind: 'later', words});
          else resolve({kind: 'refused', words});
        },
      );
    });
}
