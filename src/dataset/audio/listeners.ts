import {Worker} from 'node:worker_threads';
import {type Problem, SidestepError} from '../../base/problem.js';
import type {SoundReport} from './sound-report.js';

/** What a thread says of one file. */
export type ListeningAnswer =
  | {readonly kind: 'heard'; readonly report: SoundReport}
  | {readonly kind: 'refused'; readonly problem: Problem}
  /** The file system's error, or a bug. */
  | {
      readonly kind: 'failed';
      readonly code: string | undefined;
      readonly message: string;
      readonly stack: string | undefined;
    };

/** Threads that listen to files: the decoders are synchronous, so one thread hears one file at a time. */
export interface Listeners {
  /** As `listen`, in a thread that is free or the next that becomes so. Rejects when the thread ends before it answers. */
  readonly listen: (path: string) => Promise<SoundReport>;
  /** Ends all threads, also in the middle of a file. */
  readonly close: () => Promise<void>;
}

interface Listener {
  readonly thread: Worker;
  current: Request | undefined;
}

interface Request {
  readonly path: string;
  readonly resolve: (report: SoundReport) => void;
  readonly reject: (error: unknown) => void;
}

/** At most `threads` of them, each started when there is something for it to do. `entry` is the compiled thread. */
export function openListeners({entry, threads}: {readonly entry: URL; readonly threads: number}): Listeners {
  const all: Listener[] = [];
  const waiting: Request[] = [];
  const give = (listener: Listener) => {
    listener.current = waiting.shift();
    if (listener.current !== undefined) listener.thread.postMessage(listener.current.path);
  };
  const start = () => {
    const listener: Listener = {thread: new Worker(entry), current: undefined};
    all.push(listener);
    listener.thread.on('message', (answer: ListeningAnswer) => {
      reply(listener.current!, answer);
      give(listener);
    });
    listener.thread.on('error', (error) => listener.current?.reject(error));
    listener.thread.on('exit', () => {
      listener.current?.reject(new Error('a listening thread ended in the middle of a file'));
      all.splice(all.indexOf(listener), 1);
      if (waiting.length > 0) start();
    });
    give(listener);
  };
  return {
    listen: (path) =>
      new Promise((resolve, reject) => {
        waiting.push({path, resolve, reject});
        const free = all.find(({current}) => current === undefined);
        if (free !== undefined) give(free);
        else if (all.length < threads) start();
      }),
    close: async () => {
      for (const {reject} of waiting.splice(0)) reject(new Error('the listening threads were closed'));
      await Promise.all(all.map(({thread}) => thread.terminate()));
    },
  };
}

function reply({resolve, reject}: Request, answer: ListeningAnswer): void {
  if (answer.kind === 'heard') resolve(answer.report);
  else if (answer.kind === 'refused') reject(new SidestepError(answer.problem));
  else reject(Object.assign(new Error(answer.message), {code: answer.code, stack: answer.stack}));
}
