import {ChildProcess, fork} from 'node:child_process';
import {accidentOf} from '../base/accident.js';
import type {RunnerMessage, WorkerMessage} from '../protocol/message.js';
import {drained, lastWords, readOutput} from './child-output.js';
import {problemOf} from './problem-of.js';
import type {RunningWorker, WorkerEnd, WorkerHearing, WorkerLauncher} from './worker-launcher.js';

export interface LocalWorkers {
  /** Absolute path of the worker's main module. */
  readonly main: string;
  /** Environment of the workers, in place of the runner's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Workers as child processes of this one. */
export function localWorkers(workers: LocalWorkers): WorkerLauncher {
  return {start: (first, hear) => startLocal(workers, first, hear)};
}

function startLocal({main, env}: LocalWorkers, first: RunnerMessage, hear: WorkerHearing): RunningWorker {
  const child = forked(main, env);
  if (!(child instanceof ChildProcess)) return neverStarted(child);
  const ended = listen(child, hear);
  const refused = announced(child, hear);
  if (refused === undefined) sendTo(child, first);
  else child.kill('SIGKILL');
  return {
    send: (message) => sendTo(child, message),
    kill: () => void child.kill('SIGKILL'),
    ended: refused === undefined ? ended : ended.then(() => refused),
  };
}

function forked(main: string, env: LocalWorkers['env']): ChildProcess | WorkerEnd {
  try {
    return fork(main, [], {env, serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc']});
  } catch (error) {
    return notStarted(error); // too large an environment, say
  }
}

function neverStarted(end: WorkerEnd): RunningWorker {
  return {send: () => {}, kill: () => {}, ended: Promise.resolve(end)};
}

/** Tells that there is a process before it is told what to do; undefined when that was fine. */
function announced(child: ChildProcess, hear: WorkerHearing): WorkerEnd | undefined {
  try {
    if (child.pid !== undefined) hear.started?.(child.pid);
    return undefined;
  } catch (error) {
    return {kind: 'not_started', problem: problemOf(error).problem};
  }
}

/** Resolves once the process has ended and all it said is heard. What a descendant of it holds open is not waited for. */
async function listen(child: ChildProcess, hear: WorkerHearing): Promise<WorkerEnd> {
  const said = lastWords();
  child.on('message', (message) => hear.message(message as WorkerMessage));
  // The last messages may be read after the process has ended, but not after the channel has.
  const heardAll = new Promise<void>((resolve) => void child.once('disconnect', resolve));
  const outputs = [
    readOutput(child.stdout, hear.output),
    readOutput(child.stderr, (line) => {
      said.hear(line);
      hear.output(line);
    }),
  ];
  const end = await endOf(child);
  if (end.kind === 'not_started') return end;
  await Promise.all([drained(outputs), heardAll]);
  for (const output of outputs) output.close();
  return {...end, stderr_tail: said.words().join('\n')};
}

type ProcessEnd =
  | {readonly kind: 'exited'; readonly exit_code: number}
  | {readonly kind: 'killed'; readonly signal: string}
  | Extract<WorkerEnd, {kind: 'not_started'}>;

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(notStarted(error)));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? {kind: 'exited', exit_code: code ?? 1} : {kind: 'killed', signal}),
    );
  });
}

function notStarted(error: unknown): Extract<WorkerEnd, {kind: 'not_started'}> {
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
function sendTo(child: ChildProcess, message: RunnerMessage): void {
  if (child.connected) child.send(message, () => {});
}
