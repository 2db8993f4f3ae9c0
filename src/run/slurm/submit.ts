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
    waits,
  }: {
    readonly name: string;
    readonly args: readonly string[];
    readonly signal: AbortSignal;
    /** Told why it is not taken yet, in Slurm's words. */
    readonly waits: (reason: string) => void;
  },
  ask: AskSlurm,
): Promise<Submission> {
  let told: string | undefined;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    if (signal.aborted) return {kind: 'stopped'};
    const answer = await ask('sbatch', ['--parsable', `--job-name=${name}`, ...args]);
    if (answer.kind === 'answered') return {kind: 'submitted', job: jobIn(answer.out)};
    if (answer.kind === 'refused') return {kind: 'refused', problem: refused(answer.words)};
    if (answer.words !== told) waits(said(answer.words));
    told = answer.words;
    await pause(wait, signal);
    const known = await jobNamed({name}, ask);
    if (known !== undefined) return {kind: 'submitted', job: known};
  }
}

/**
 * The job of that name, alive or ended; undefined when there is none, or no one can be asked. Tasks of an array have one name;
 * `%F` is the array's own number, and that of a job that is none.
 */
export async function jobNamed(
  {name, task}: {readonly name: string; readonly task?: number},
  ask: AskSlurm,
): Promise<string | undefined> {
  const answer = await ask('squeue', ['--noheader', '--states=all', '--format=%F', `--name=${name}`]);
  if (answer.kind !== 'answered') return undefined;
  const job = answer.out.trim().split('\n')[0]?.trim();
  return job ? jobOfTask(job, task) : undefined;
}

/** `12`, of an array's task `12_3`: what all of Slurm's programs take and print. */
export function jobOfTask(job: string, task: number | undefined): string {
  return task === undefined ? job : `${job}_${task}`;
}

/** `12`, or `12;cluster`. */
function jobIn(out: string): string {
  return out.trim().split('\n').at(-1)!.split(';')[0]!;
}

function refused(words: string): Problem {
  return {
    code: 'run/job-refused',
    message: `Slurm does not take the job: ${said(words)}`,
    hint: /job array/i.test(words)
      ? 'A job array must have fewer tasks than MaxArraySize, which scontrol says ("scontrol show config"): ask for fewer `shards`.'
      : 'The executor or the stage asks for what the cluster does not give; `sidestep plan` shows the request, sinfo what there is.',
  };
}

function said(words: string): string {
  return words.replace(/^sbatch: (?:error: )?/, '');
}
