import {connect} from 'node:net';
import {SidestepError} from '../../base/problem.js';
import {callAfter, pause} from '../../base/timer.js';
import {lastWords} from '../child-output.js';
import {type GuardedProgram, type GuardedProgramOptions, startGuarded} from './guarded-program.js';

/** A program that runs beside a command. */
export interface Service {
  readonly name: string;
  readonly argv: readonly string[];
  readonly ready: Ready;
  /** Seconds. */
  readonly ready_within: number;
}

/** All that are given must hold. */
export interface Ready {
  readonly port?: number;
  readonly url?: string;
  readonly line?: string;
}

export interface ServicePlace extends Pick<GuardedProgramOptions, 'cwd' | 'env'> {
  readonly signal: AbortSignal;
  readonly force: AbortSignal;
  /** A line for the stage's log, with no secret in it. */
  readonly log: (line: string) => void;
  readonly masked: (line: string) => string;
}

/**
 * Starts services one after the other, each once the one before is ready, does the work, and ends them in whatever way the work ends.
 * Throws `run/service-failed`, `run/service-not-ready` and `run/service-port-taken`.
 */
export async function withServices<Value>(
  services: readonly Service[],
  place: ServicePlace,
  work: () => Promise<Value>,
): Promise<Value> {
  const running: Running[] = [];
  try {
    for (const service of services) running.push(await startService(service, place));
    return await work();
  } finally {
    for (const service of running.reverse()) await endService(service, place);
  }
}

interface Running {
  readonly name: string;
  readonly program: GuardedProgram;
}

async function startService(service: Service, place: ServicePlace): Promise<Running> {
  const {name, argv, ready} = service;
  if (ready.port !== undefined && (await accepts(ready.port))) throw portTaken(service);
  const last = lastWords();
  let said = false;
  const listener = (line: string) => {
    const shown = place.masked(line);
    place.log(`${name}: ${shown}`);
    last.take(shown);
    said ||= ready.line !== undefined && line.includes(ready.line);
  };
  const program = await startGuarded(argv, {...place, listener});
  const running = {name, program};
  try {
    const isReady = async () => (ready.line === undefined || said) && (await answers(ready));
    const found = await waitFor(isReady, {service, program, signal: place.signal});
    place.signal.throwIfAborted();
    if (found.kind === 'ready') place.log(`${name} is ready`);
    else if (found.kind === 'ended') throw failed(service, found.how, last.words());
    else throw notReady(service, last.words());
    return running;
  } catch (error) {
    await endService(running, place);
    throw error;
  }
}

type Waited =
  | {readonly kind: 'ready'}
  | {readonly kind: 'ended'; readonly how: string | undefined}
  | {readonly kind: 'too_long'};

const ASK_EVERY_MS = 100;

async function waitFor(
  isReady: () => Promise<boolean>,
  {
    service,
    program,
    signal,
  }: {readonly service: Service; readonly program: GuardedProgram; readonly signal: AbortSignal},
): Promise<Waited> {
  let over: Waited | undefined;
  const done = new AbortController();
  const end = (waited: Waited) => {
    over ??= waited;
    done.abort();
  };
  void program.ended.then((how) => end({kind: 'ended', how}));
  const takeBack = callAfter(service.ready_within * 1000, () => end({kind: 'too_long'}));
  try {
    while (over === undefined && !signal.aborted) {
      if (await isReady()) return over ?? {kind: 'ready'};
      await pause(ASK_EVERY_MS, AbortSignal.any([done.signal, signal]));
    }
    return over ?? {kind: 'too_long'}; // the caller sees that the run is stopped
  } finally {
    takeBack();
  }
}

async function answers({port, url}: Ready): Promise<boolean> {
  if (port !== undefined && !(await accepts(port))) return false;
  if (url === undefined) return true;
  try {
    const {status, body} = await fetch(url, {signal: AbortSignal.timeout(ANSWER_WITHIN_MS)});
    await body?.cancel();
    return status < 400;
  } catch {
    return false; // it does not listen yet
  }
}

const ANSWER_WITHIN_MS = 2_000;

/** On IPv4 or IPv6, as programs happen to listen. */
async function accepts(port: number): Promise<boolean> {
  const tries = await Promise.all(['127.0.0.1', '::1'].map((host) => acceptsAt(host, port)));
  return tries.includes(true);
}

function acceptsAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port});
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
    socket.setTimeout(ANSWER_WITHIN_MS, () => finish(false));
  });
}

const KILL_AFTER_MS = 5_000;

async function endService({name, program}: Running, {force, log}: ServicePlace): Promise<void> {
  const kill = () => program.signal('SIGKILL');
  program.signal('SIGTERM');
  const takeBack = callAfter(KILL_AFTER_MS, kill);
  force.addEventListener('abort', kill);
  if (force.aborted) kill();
  await program.ended;
  takeBack();
  force.removeEventListener('abort', kill);
  log(`${name} has ended`);
}

function failed({name}: Service, how: string | undefined, last_words: readonly string[]): SidestepError {
  return new SidestepError({
    code: 'run/service-failed',
    message: `The service ${name} ended before it was ready${how === undefined ? '' : `: it ${how}`}`,
    last_words,
    hint: 'The whole output is in the log of this stage.',
  });
}

function notReady(service: Service, last_words: readonly string[]): SidestepError {
  const {name, ready, ready_within} = service;
  return new SidestepError({
    code: 'run/service-not-ready',
    message: `The service ${name} was not ready within ${ready_within} s: ${readyText(ready)}`,
    last_words,
    hint: 'Raise `ready_within`, or look at what it says: its output is in the log of this stage.',
  });
}

function readyText({port, url, line}: Ready): string {
  const signs = [
    ...(port === undefined ? [] : [`a connection to port ${port}`]),
    ...(url === undefined ? [] : [`an answer from ${url}`]),
    ...(line === undefined ? [] : [`a line with ${JSON.stringify(line)}`]),
  ];
  return `waited for ${signs.join(' and ')}`;
}

function portTaken({name, ready}: Service): SidestepError {
  return new SidestepError({
    code: 'run/service-port-taken',
    message: `Port ${ready.port} of the service ${name} is taken: another program listens there`,
    hint: 'End that program, or give the service another port.',
  });
}
