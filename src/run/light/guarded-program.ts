import {spawn} from 'node:child_process';
import type {Duplex} from 'node:stream';
import type {ResultPromise} from 'execa';
import {accidentOf} from '../../base/accident.js';
import {isFileError} from '../../base/durable.js';
import {pause, within} from '../../base/timer.js';
import {type ChildOutput, drained, exited, readOutput} from '../child-output.js';
import {onlyEndedRemain} from './process-group.js';

/** A program of the user's that runs, with all it starts, no longer than this process. */
export interface GuardedProgram {
  /** Sends a signal to the program and all that it started. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /**
   * Resolves once it has ended, its output is read, and what it left behind in its process group is ended too: undefined
   * when it ended well, else how, as in `false ended …`. Descendants that left the group neither end with it nor delay it.
   */
  readonly ended: Promise<string | undefined>;
}

export interface GuardedProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Every line it prints, on either stream. */
  readonly listener: (line: string) => void;
}

/**
 * Becomes the program, in a process group of its own. Before that it leaves a guard in the group, which reads from the
 * pipe whose other end only this process holds: a line says that the program is over; the end of the pipe, that this
 * process is gone, killed perhaps, and then the group has no one to work for. The guard is there before the program, so
 * no instant is unguarded; it is no one's child, so a program that waits for all its children does not wait for it; and
 * killing it along with its group has killed the program too.
 */
const GUARD = `
(
  (
    trap '' HUP INT TERM
    read -r over <&3 || kill -KILL 0
  ) </dev/null >/dev/null 2>&1 &
)
exec 3<&-
exec "$@"`;

type Child = ResultPromise<ReturnType<typeof programOptions>>;

/**
 * Starts a program. On Windows children end with their parent anyway (a job object sees to it); elsewhere `GUARD` does.
 * `argv` is handed over word by word: no shell reads it. execa is loaded with the first program, as for workers.
 */
export async function startGuarded(
  argv: readonly string[],
  options: GuardedProgramOptions,
): Promise<GuardedProgram> {
  const {execa} = await import('execa');
  const [file, ...words] =
    process.platform === 'win32' ? argv : ['/bin/sh', '-c', GUARD, 'sidestep', ...argv];
  const child = execa(file!, words, programOptions(options));
  const outputs = [readOutput(child.stdout, options.listener), readOutput(child.stderr, options.listener)];
  guardOf(child)?.on('error', () => {}); // the guard went with its group
  return {
    signal: (signal) => void signalGroup(child, signal),
    ended: howItEnds(child, outputs, options.cwd),
  };
}

function programOptions({cwd, env}: GuardedProgramOptions) {
  const unix = process.platform !== 'win32';
  return {
    cwd,
    env,
    extendEnv: false,
    stdio: unix ? (['ignore', 'pipe', 'pipe', 'pipe'] as const) : (['ignore', 'pipe', 'pipe'] as const),
    detached: unix, // a group of its own: what a program started ends with it
    buffer: false,
    reject: false,
  } as const;
}

/** The end of the guard's pipe that this process holds. */
function guardOf(child: Child): Duplex | undefined {
  return child.stdio[3] as Duplex | undefined;
}

async function howItEnds(
  child: Child,
  outputs: readonly ChildOutput[],
  cwd: string,
): Promise<string | undefined> {
  await exited(child);
  await tidyUp(child, outputs);
  const {exitCode, signal, cause} = await child;
  if (exitCode === 0) return undefined;
  if (signal !== undefined) return `was ended by ${signal}`;
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
  return `could not be started in ${cwd}: ${accidentOf(cause)?.message ?? String(cause)}`;
}

/** The program has ended: its last output is read, and nothing of its group stays to write into its outputs. */
async function tidyUp(child: Child, outputs: readonly ChildOutput[]): Promise<void> {
  await drained(outputs);
  await endGroup(child);
  await drained(outputs);
  for (const output of outputs) output.close();
}

/** How long what a program left behind may take to clean up after itself. */
const LEAVE_WITHIN_MS = 1_000;

async function endGroup(child: Child): Promise<void> {
  const guard = guardOf(child);
  if (guard === undefined || child.pid === undefined) return;
  signalGroup(child, 'SIGTERM');
  await dismissGuard(guard);
  const until = performance.now() + LEAVE_WITHIN_MS;
  while (signalGroup(child, 0) && !onlyEndedRemain(child.pid) && performance.now() < until) await pause(20);
  signalGroup(child, 'SIGKILL');
}

/** Resolves when the guard is gone: then a process that still is in the group was left by the program. */
async function dismissGuard(guard: Duplex): Promise<void> {
  const gone = new Promise<void>((resolve) => void guard.once('close', resolve));
  guard.resume(); // it says nothing; the end of its silence is its end
  guard.end('over\n');
  await within(gone, LEAVE_WITHIN_MS);
  guard.destroy();
}

/** False: the group has no process any more (and the number may be given to others). */
function signalGroup(child: Child, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false; // it never started
  try {
    if (process.platform === 'win32') endTree(child.pid, child);
    else process.kill(-child.pid, signal);
    return true;
  } catch (error) {
    if (isFileError(error, 'ESRCH')) return false;
    if (isFileError(error, 'EPERM')) return true; // it became somebody else (sudo), who ends it
    throw error;
  }
}

/** Windows has neither groups nor a signal that a program could hear: the program and all that it started end at once. */
function endTree(pid: number, child: Child): void {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/t', '/f'], {stdio: 'ignore', windowsHide: true});
  const alone = () => void child.kill('SIGKILL'); // where there is no such command: at least the program itself
  taskkill.on('error', alone).on('exit', (code) => code === 0 || alone());
}
