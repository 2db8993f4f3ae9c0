import type {ResultPromise} from 'execa';
import {accidentOf} from '../base/accident.js';
import type {RunnerMessage} from '../protocol/message.js';
import {childChannel} from './channel/child-channel.js';
import {watchLife} from './channel/life.js';
import {problemOf} from './problem-of.js';
import type {RunningWorker, WorkerEnd, WorkerLauncher, WorkerListener} from './worker-launcher.js';
import {endOfProcess} from './worker-process.js';

export interface LocalWorkers {
  /** Absolute path of the worker's main module. */
  readonly main: string;
  /** Environment of the workers, in place of the runner's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Workers as child processes of this one. execa is loaded with the first: a run from cache must not wait for it. */
export function localWorkers(workers: LocalWorkers): WorkerLauncher {
  return {start: (first, listener) => startLocal(workers, first, listener)};
}

function startLocal(workers: LocalWorkers, first: RunnerMessage, listener: WorkerListener): RunningWorker {
  const launched = launch(workers, first, listener);
  return {
    send: (message) => void launched.then(({channel}) => channel.send(message)),
    kill: () => void launched.then(({child}) => child.kill('SIGKILL')),
    ended: launched.then(({ended}) => ended),
  };
}

type Child = ResultPromise<ReturnType<typeof childOptions>>;

/** In an object, because a child of execa's is also the promise of its end. */
interface Launched {
  readonly child: Child;
  readonly channel: ReturnType<typeof childChannel>;
  readonly ended: Promise<WorkerEnd>;
}

async function launch(
  workers: LocalWorkers,
  first: RunnerMessage,
  listener: WorkerListener,
): Promise<Launched> {
  const {execa} = await import('execa');
  const child = execa(workers.main, childOptions(workers));
  const channel = childChannel(child);
  // The end of a child is seen at once, and one that is only stopped (a laptop that sleeps, a debugger) is not dead.
  const life = watchLife({start_ms: undefined, silence_ms: undefined}, () => void child.kill('SIGKILL'));
  channel.listen((said) => {
    const message = life.take(said);
    if (message !== undefined) listener.message(message);
  });
  const outputs = [child.stdout, child.stderr];
  const ended = endOfProcess({child, channel, life, outputs}, listener).then(
    (end) => end ?? notStarted(child),
  );
  try {
    if (child.pid !== undefined) listener.started?.(child.pid);
  } catch (error) {
    child.kill('SIGKILL');
    const refused: WorkerEnd = {kind: 'not_started', problem: problemOf(error).problem};
    return {child, channel, ended: ended.then(() => refused)};
  }
  void channel.send(first);
  return {child, channel, ended};
}

function childOptions({env}: LocalWorkers) {
  return {
    node: true,
    ipc: true,
    serialization: 'advanced',
    env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false, // a chatty stage must not fill our memory
    reject: false,
    cleanup: true, // our own end is its end
  } as const;
}

async function notStarted(child: Child): Promise<WorkerEnd> {
  const {cause} = await child;
  const {message, hint} = accidentOf(cause) ?? {message: String(cause), hint: undefined};
  return {
    kind: 'not_started',
    problem: {
      code: 'run/worker-not-started',
      message: `The worker process could not be started. ${message}`,
      ...(hint === undefined ? {} : {hint}),
    },
  };
}
