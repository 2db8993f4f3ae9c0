import type {ResultPromise} from 'execa';
import type {RunnerMessage, WorkerMessage} from '../protocol/message.js';
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

const TAIL_LINES = 40;
type Child = ResultPromise<ReturnType<typeof childOptions>>;

function startLocal(workers: LocalWorkers, first: RunnerMessage, hear: WorkerHearing): RunningWorker {
  const killed = new AbortController();
  const waiting: RunnerMessage[] = [first];
  let child: Child | undefined;
  const begin = async (): Promise<WorkerEnd> => {
    const {execa} = await import('execa');
    if (killed.signal.aborted) return {kind: 'killed', signal: 'SIGKILL', stderr_tail: ''};
    const started = execa(workers.main, childOptions(workers));
    try {
      if (started.pid !== undefined) hear.started?.(started.pid);
    } catch (error) {
      started.kill('SIGKILL');
      await started;
      return {kind: 'not_started', problem: problemOf(error).problem};
    }
    child = started;
    for (const message of waiting) sendTo(child, message);
    return listen(child, hear);
  };
  return {
    send: (message) => {
      if (child === undefined) waiting.push(message);
      else sendTo(child, message);
    },
    kill: () => {
      killed.abort();
      child?.kill('SIGKILL');
    },
    ended: begin(),
  };
}

function childOptions({env}: LocalWorkers) {
  return {
    node: true,
    ipc: true,
    serialization: 'advanced',
    env: env as Record<string, string>,
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false, // a chatty stage must not fill our memory
    reject: false,
    cleanup: true, // our own end is its end
  } as const;
}

async function listen(child: Child, hear: WorkerHearing): Promise<WorkerEnd> {
  const tail: string[] = [];
  child.on('message', (message) => hear.message(message as WorkerMessage));
  // The last messages may be read after the process has ended, but not after the channel has.
  const heardAll = new Promise<void>((resolve) =>
    child.connected ? child.once('disconnect', resolve) : resolve(),
  );
  const lines = Promise.all([
    readLines(child.iterable({from: 'stdout'}), hear.output),
    readLines(child.iterable({from: 'stderr'}), (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      hear.output(line);
    }),
  ]);
  const result = await child;
  await Promise.all([lines, heardAll]);
  return endOf(result, tail.join('\n'));
}

interface ProcessResult {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly message?: string | undefined;
}

function endOf(result: ProcessResult, stderr_tail: string): WorkerEnd {
  if (result.signal !== undefined) return {kind: 'killed', signal: result.signal, stderr_tail};
  if (result.exitCode !== undefined) return {kind: 'exited', exit_code: result.exitCode, stderr_tail};
  const message = `The worker process could not be started: ${result.message ?? 'no reason given'}`;
  return {kind: 'not_started', problem: {code: 'run/worker-not-started', message}};
}

/** A worker that is gone hears nothing; its end is reported by `ended`. */
function sendTo(child: Child, message: RunnerMessage): void {
  if (child.connected) child.send(message, () => {});
}

async function readLines(lines: AsyncIterable<unknown>, hear: (line: string) => void): Promise<void> {
  for await (const line of lines) hear(String(line));
}
