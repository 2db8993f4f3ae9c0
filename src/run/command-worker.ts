import type {ResultPromise} from 'execa';
import {accidentOf} from '../base/accident.js';
import type {RunnerMessage} from '../protocol/message.js';
import {watchLife} from './channel/life.js';
import {pipeChannel} from './channel/pipe-channel.js';
import type {WorkerChannel} from './channel/worker-channel.js';
import {connectionLost, queueNews} from './command-words.js';
import {problemOf} from './problem-of.js';
import type {RunningWorker, WorkerEnd, WorkerLauncher, WorkerListener} from './worker-launcher.js';
import {endOfProcess} from './worker-process.js';

export interface CommandWorkers {
  /**
   * Starts one worker somewhere and passes standard input and output through: `[srun, -n1, "{worker}"]`,
   * `[ssh, HOST, "{worker_line}"]`, `[docker, run, -i, …, "{worker}"]`. See `commandLine`.
   */
  readonly command: readonly string[];
  /** The worker's own command line there: Node.js and the worker's main module. */
  readonly worker: readonly string[];
  /** Environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Until the worker says that it is there; the time in a queue does not count where the command tells of it. */
  readonly start_timeout_s: number;
  /** How long a worker that was there may be silent before it counts as lost. */
  readonly silence_s: number;
}

/** Workers that another program starts, here or on another machine, and that speak over its standard input and output. */
export function commandWorkers(workers: CommandWorkers): WorkerLauncher {
  return {start: (first, listener) => startCommand(workers, first, listener)};
}

/**
 * Pure: the template with the worker in it. `{worker}` as an element of its own becomes the worker's arguments;
 * `{worker_line}` within an element becomes one text that a shell reads as those arguments, which is what ssh wants.
 */
export function commandLine(template: readonly string[], worker: readonly string[]): readonly string[] {
  const line = worker.map(quoted).join(' ');
  return template.flatMap((part) =>
    part === '{worker}' ? worker : part.replaceAll('{worker_line}', () => line),
  );
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_/.,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function startCommand(
  workers: CommandWorkers,
  first: RunnerMessage,
  listener: WorkerListener,
): RunningWorker {
  const launched = launch(workers, first, listener);
  return {
    send: (message) => void launched.then(({channel}) => channel?.send(message)),
    kill: () => void launched.then(({child}) => child.kill('SIGKILL')),
    ended: launched.then(({ended}) => ended),
  };
}

type Child = ResultPromise<ReturnType<typeof childOptions>>;

/** In an object, because a child of execa's is also the promise of its end. */
interface Launched {
  readonly child: Child;
  /** Undefined for a program that could not be started. */
  readonly channel: WorkerChannel | undefined;
  readonly ended: Promise<WorkerEnd>;
}

async function launch(
  workers: CommandWorkers,
  first: RunnerMessage,
  listener: WorkerListener,
): Promise<Launched> {
  const {execa} = await import('execa');
  const [program = '', ...args] = commandLine(workers.command, workers.worker);
  const child = execa(program, args, childOptions(workers));
  if (child.pid === undefined) return {child, channel: undefined, ended: notStarted(child, program)};
  try {
    listener.started?.(child.pid);
  } catch (error) {
    child.kill('SIGKILL');
    const refused: WorkerEnd = {kind: 'not_started', problem: problemOf(error).problem};
    return {child, channel: undefined, ended: Promise.resolve(child).then(() => refused)};
  }
  const channel = pipeChannel({to: child.stdin, from: child.stdout}, listener.output);
  const patience = {start_ms: workers.start_timeout_s * 1000, silence_ms: workers.silence_s * 1000};
  const life = watchLife(patience, () => void child.kill('SIGKILL'));
  channel.listen((said) => {
    const message = life.take(said);
    if (message !== undefined) listener.message(message);
  });
  const output = (line: string): void => {
    const news = queueNews(line);
    if (news !== undefined) life.queue(news);
    listener.output(line);
  };
  const ended = endOfProcess({child, channel, life, outputs: [child.stderr]}, {output}).then(async (end) => {
    if (end === undefined) return notStarted(child, program);
    return (life.begun() ? connectionLost(program, end) : undefined) ?? end;
  });
  void channel.send(first);
  return {child, channel, ended};
}

function childOptions({env}: CommandWorkers) {
  return {
    env,
    extendEnv: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true, // a Ctrl-C in the terminal is for the runner: ssh would hang up on a worker that is to save its work
  } as const;
}

async function notStarted(child: Child, program: string): Promise<WorkerEnd> {
  const {cause} = await child;
  const {message, hint} = accidentOf(cause) ?? {message: String(cause), hint: undefined};
  return {
    kind: 'not_started',
    problem: {
      code: 'run/worker-not-started',
      message: `The program ${program}, which is to start workers, could not be started. ${message}`,
      ...(hint === undefined ? {} : {hint}),
    },
  };
}
