import type {Submission} from './submit.js';

/** Jobs that are handed in together, once each of them has said that all it needs is in its place. */
export interface ArrayOfJobs {
  /** Resolves with what came of handing in all. A signal of any ends it for all: they are stopped together. */
  readonly handIn: (task: number, signal: AbortSignal) => Promise<Submission>;
  /** One of them is not to come. */
  readonly withdraw: () => void;
}

/** `count` jobs; `submitAll` is called once, with the numbers of those that came. */
export function arrayOf(
  count: number,
  submitAll: (tasks: readonly number[], signal: AbortSignal) => Promise<Submission>,
): ArrayOfJobs {
  const came = new Map<number, AbortSignal>();
  let expected = count;
  let resolve: (submission: Submission | Promise<Submission>) => void = () => {};
  const submission = new Promise<Submission>((settle) => {
    resolve = settle;
  });
  const proceed = (): void => {
    if (came.size < expected || came.size === 0) return;
    const tasks = [...came.keys()].toSorted((a, b) => a - b);
    resolve(submitAll(tasks, AbortSignal.any([...came.values()])));
  };
  return {
    handIn: (task, signal) => {
      came.set(task, signal);
      proceed();
      return submission;
    },
    withdraw: () => {
      expected -= 1;
      proceed();
    },
  };
}
