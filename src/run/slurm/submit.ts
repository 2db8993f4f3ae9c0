import type {Problem} from '../../base/problem.js';
import {pause} from '../../base/timer.js';
import type {AskSlurm} from './commands.js';

export type Submission =
  | {readonly kind: 'submitted'; readonly job: string}
  | {readonly kind: 'refused'; readonly problem: Problem}
  | {readonly kind: 'stopped'};

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Hands a job in, as often as it takes while the controller cannot be reached: that is no failure of the stage. An answer that
 * was lost may have been a yes, so before each further attempt the job is looked for by its name, which no other has.
 */
export async function submit(
  {
    name,
    args,
    signal,
  }: {readonly name: string; readonly args: readonly string[]; readonly signal: AbortSignal},
  ask: AskSlurm,
): Promise<Submission> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    if (signal.aborted) return {kind: 'stopped'};
    const answer = await ask('sbatch', ['--parsable', `--job-name=${name}`, ...args]);
    if (answer.kind === 'answered') return {kind: 'submitted', job: jobIn(answer.out)};
    if (answer.kind === 'refused') return {kind: 'refused', problem: refused(answer.words)};
    await pause(wait, signal);
    const known = await jobNamed(name, ask);
    if (known !== undefined) return {kind: 'submitted', job: known};
  }
}

/** The job of that name, alive or ended; undefined when there is none, or nobody can be asked. */
export async function jobNamed(name: string, ask: AskSlurm): Promise<string | undefined> {
  const answer = await ask('squeue', ['--noheader', '--states=all', '--format=%i', `--name=${name}`]);
  if (answer.kind !== 'answered') return undefined;
  return answer.out.trim().split('\n')[0] || undefined;
}

/** `12`, or `12;cluster`. */
function jobIn(out: string): string {
  return out.trim().split('\n').at(-1)!.split(';')[0]!;
}

function refused(words: string): Problem {
  return {
    code: 'run/job-refused',
    message: `Slurm does not take the job: ${words.replace(/^sbatch: (?:error: )?/, '')}`,
    hint: 'The executor or the stage asks for what the cluster does not give; `sidestep plan` shows the request, sinfo what there is.',
  };
}
