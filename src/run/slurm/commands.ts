import {execFile} from 'node:child_process';

/** How one of Slurm's programs answered. */
export type SlurmAnswer =
  | {readonly kind: 'answered'; readonly out: string}
  /** The controller is not to be reached just now, or asks to come back later: it may have done what it was asked. */
  | {readonly kind: 'later'; readonly words: string}
  | {readonly kind: 'refused'; readonly words: string};

export type AskSlurm = (program: string, args: readonly string[]) => Promise<SlurmAnswer>;

/** What passes by itself: a controller that restarts, is overloaded, or has enough of this user's jobs for the moment. */
const LATER =
  /unable to contact slurm controller|socket timed out|connection (?:refused|reset|timed out)|communication connection failure|temporarily unable to accept|zero bytes were transmitted|backup controller|resource temporarily unavailable|unexpected message received|slurmctld.*(?:down|not responding)|transport endpoint/i;

/**
 * A limit of the site's books by its name: `AssocMaxSubmitJobLimit`, `QOSMaxWallDurationPerJobLimit`. The last line that sbatch prints
 * is the same for all of them.
 */
const LIMIT = /\b(?:QOS|Assoc|MaxSubmit)\w*(?:Limit|PerUser|PerAccount)\b/;

/** Of how many jobs somebody may have in the queue: those end. Of older versions, which do not name it, no one knows. */
function passes(said: string): boolean {
  const limit = LIMIT.exec(said)?.[0];
  return limit === undefined ? LATER.test(said) || /job submit limit/i.test(said) : /submit/i.test(limit);
}

/** Pure: what a program said in the end, with the limit that it ran into. */
export function slurmRefusal(said: string): Exclude<SlurmAnswer, {kind: 'answered'}> {
  const last = said.trim().split('\n').at(-1)!;
  const limit = LIMIT.exec(said)?.[0];
  const words = limit === undefined || last.includes(limit) ? last : `${last} [${limit}]`;
  return {kind: passes(said) ? 'later' : 'refused', words};
}

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
          if (error === null) resolve({kind: 'answered', out});
          else if (error.killed === true) resolve({kind: 'later', words: `${program} does not answer`});
          else resolve(slurmRefusal(said.trim() || error.message));
        },
      );
    });
}
