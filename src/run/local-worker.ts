import type {ResultPromise} from 'execa';
import {accidentOf} from '../base/accident.js';
import type {RunnerMessage, WorkerMessage} from '../protocol/message.js';
import {drained, exited, lastWords, readOutput} from './child-output.js';
import {problemOf} from './problem-of.js';
import type {RunningWorker, WorkerEnd, WorkerHearing, WorkerLauncher} from './worker-launcher.js';

export interface LocalWorkers {
  /** Absolute path of the worker's main module. */
  readonly main: string;
  /** Environment of the workers, in place of the runner's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Workers as child processes of this one. execa is loaded with the first: a run from cache must not wait for it. */
export function localWorkers(workers: LocalWorkers): WorkerLauncher {
  return {start: (first, hear) => startLocal(workers, first, hear)};
}

function startLocal(workers: LocalWorkers, first: RunnerMessage, hear: WorkerHearing): RunningWorker {
  const launched = launch(workers, first, hear);
  return {
    send: (message) => void launched.then(({child}) => tell(child, message)),
    kill: () => void launched.then(({child}) => child.kill('SIGKILL')),
    ended: launched.then(({ended}) => ended),
  };
}

type Child = ResultPromise<ReturnType<typeof childOptions>>;

/** In an object, because a child of execa's is also the promise of its end. */
interface Launched {
  readonly child: Child;
  readonly ended: Promise<WorkerEnd>;
}

async function launch(workers: LocalWorkers, first: RunnerMessage, hear: WorkerHearing): Promise<Launched> {
  const {execa} = await import('execa');
  const child = execa(workers.main, childOptions(workers));
  const ended = listen(child, hear);
  try {
    if (child.pid !== undefined) hear.started?.(child.pid);
  } catch (error) {
    child.kill('SIGKILL');
    const refused: WorkerEnd = {kind: 'not_started', problem: problemOf(error).problem};
    return {child, ended: ended.then(() => refused)};
  }
  tell(child, first);
  return {child, ended};
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

/** Resolves once the process has ended and all it said is heard. What a descendant of it holds open is not waited for. */
async function listen(child: Child, hear: WorkerHearing): Promise<WorkerEnd> {
  const said = lastWords();
  const heardAll = hearMessages(child, hear);
  const outputs = [
    readOutput(child.stdout, hear.output),
    readOutput(child.stderr, (line) => {
      said.hear(line);
      hear.output(line);
    }),
  ];
  await exited(child);
  await drained(outputs);
  for (const output of outputs) output.close();
  // The last messages may be read after the process has ended, but not after the channel has.
  const [{exitCode, signal, cause}] = await Promise.all([child, heardAll]);
  const stderr_tail = said.words().join('\n');
  if (signal !== undefined) return {kind: 'killed', signal, stderr_tail};
  if (exitCode !== undefined) return {kind: 'exited', exit_code: exitCode, stderr_tail};
  return notStarted(cause);
}

async function hearMessages(child: Child, hear: WorkerHearing): Promise<void> {
  if (!child.connected) return; // it could not be started
  for await (const message of child.getEachMessage()) hear.message(message as unknown as WorkerMessage);
}

function notStarted(error: unknown): WorkerEnd {
  const {message, hint} = accidentOf(error) ?? {message: String(error), hint: undefined};
  return {
    kind: 'not_started',
    problem: {
      code: 'run/worker-not-started',
      message: `The worker process could not be started. ${message}`,
      ...(hint === undefined ? {} : {hint}),
    },
  };
}

/** A worker that is gone hears nothing; its end is reported by `ended`. */
function tell(child: Child, message: RunnerMessage): void {
  if (child.connected) child.sendMessage(message).catch(() => {});
}
