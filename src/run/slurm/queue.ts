import {pause} from '../../base/timer.js';
import type {AskSlurm} from './commands.js';

/** A job; its name tells whether a number still means it: they begin again some day, and a controller that was killed gives them twice. */
export interface JobKey {
  readonly id: string;
  readonly name: string;
}

/** What Slurm says of a job. */
export interface JobNews {
  /** Slurm's own word: `PENDING`, `RUNNING`. */
  readonly state: string;
  readonly node: string | null;
  /** Of a job that waits. */
  readonly reason: string | null;
}

/** `unknown`: it has forgotten the job, or never knew it; `no_answer`: it cannot be asked just now. */
export type JobAnswer = JobNews | 'unknown' | 'no_answer';

/** All jobs of this runner, asked for together. */
export interface Queue {
  /** Calls `listener` with every answer until the returned function is called. */
  readonly watch: (job: JobKey, poll_s: number, listener: (news: JobAnswer) => void) => () => void;
  /** Of one job, now. */
  readonly ask: (job: JobKey) => Promise<JobAnswer>;
}

interface Watcher {
  readonly job: JobKey;
  readonly poll_s: number;
  readonly listener: (news: JobAnswer) => void;
}

/** Many tasks of an array end at the same time, and then each is asked for. */
const GATHER_MS = 100;

/** One `squeue` for all jobs at a time, no sooner than the most impatient of them wishes. Needs no accounting. */
export function newQueue(ask: AskSlurm): Queue {
  const watchers = new Map<string, Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let in_round = false;
  const round = async (): Promise<void> => {
    timer = undefined;
    in_round = true;
    const jobs = [...watchers.values()].map(({job}) => job);
    const answers = await askFor(jobs, ask);
    for (const job of jobs) watchers.get(job.id)?.listener(answers(job));
    in_round = false;
    plan();
  };
  const plan = (): void => {
    if (timer !== undefined || in_round || watchers.size === 0) return;
    const poll_s = Math.min(...[...watchers.values()].map((watcher) => watcher.poll_s));
    timer = setTimeout(() => void round(), poll_s * 1000);
  };
  let asked: {readonly job: JobKey; readonly resolve: (answer: JobAnswer) => void}[] = [];
  let asking = false;
  const askAll = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    while (asked.length > 0) {
      await pause(GATHER_MS);
      const now = asked;
      asked = [];
      const answers = await askFor(
        now.map(({job}) => job),
        ask,
      );
      for (const {job, resolve} of now) resolve(answers(job));
    }
    asking = false;
  };
  return {
    ask: (job) =>
      new Promise((resolve) => {
        asked.push({job, resolve});
        void askAll();
      }),
    watch: (job, poll_s, listener) => {
      watchers.set(job.id, {job, poll_s, listener});
      plan();
      return () => {
        watchers.delete(job.id);
        if (watchers.size > 0) return;
        clearTimeout(timer); // a run ends when it is done
        timer = undefined;
      };
    },
  };
}

/** `--states=all`: jobs that have ended are forgotten otherwise. `--array`: tasks that wait are one line otherwise, `12_[0-3]`. */
async function askFor(jobs: readonly JobKey[], ask: AskSlurm): Promise<(job: JobKey) => JobAnswer> {
  const ids = jobs.map(({id}) => id).join(',');
  const args = ['--noheader', '--array', '--states=all', '--format=%i|%j|%T|%N|%r', `--jobs=${ids}`];
  const answer = await ask('squeue', args);
  if (answer.kind === 'later') return () => 'no_answer';
  // A single job that it does not know is an error; among several it is just not there.
  if (answer.kind === 'refused')
    return () => (/invalid job id/i.test(answer.words) ? 'unknown' : 'no_answer');
  const found = new Map(answer.out.split('\n').flatMap(newsIn));
  return (job) => found.get(keyText(job)) ?? 'unknown';
}

function keyText({id, name}: JobKey): string {
  return `${id}|${name}`;
}

function newsIn(line: string): [string, JobNews][] {
  const [id = '', name = '', state, node, reason] = line.trim().split('|');
  if (state === undefined) return [];
  return [
    [
      keyText({id, name}),
      {state, node: node || null, reason: reason === undefined || reason === 'None' ? null : reason},
    ],
  ];
}
