import {type ChildProcess, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import {isFileError} from '../../base/durable.js';

/** A program of the user's that runs, with all it starts, no longer than this process. */
export interface GuardedProgram {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Sends a signal to the program and all that it started. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves once it has ended and its output is read: undefined when it ended well, else how, as in `false ended …`. */
  readonly ended: Promise<string | undefined>;
}

/**
 * Becomes the program, in a process group of its own. Before that it leaves a guard in the group, which reads from the
 * pipe whose other end only this process holds: a line says that the program is over; the end of the pipe, that this
 * process is gone, killed perhaps, and then the group has nobody to work for. The guard is there before the program, so
 * no instant is unguarded; it is nobody's child, so a program that waits for all its children does not wait for it; and
 * whoever kills it along with its group has killed the program too.
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

/**
 * Starts a program. On Windows children end with their parent anyway (a job object sees to it); elsewhere `GUARD` does.
 * `argv` is handed over word by word: no shell reads it.
 */
export function startGuarded(
  argv: readonly string[],
  {cwd, env}: {readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>>},
): GuardedProgram {
  const child =
    process.platform === 'win32'
      ? spawn(argv[0]!, argv.slice(1), {cwd, env, stdio: ['ignore', 'pipe', 'pipe']})
      : spawn('/bin/sh', ['-c', GUARD, 'sidestep', ...argv], {
          cwd,
          env,
          stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
          detached: true, // a group of its own: what a program started ends with it
        });
  const guard = child.stdio[3] as Writable | null | undefined;
  guard?.on('error', () => {}); // it went with its group
  child.once('exit', () => guard?.end('over\n'));
  return {
    stdout: child.stdout!,
    stderr: child.stderr!,
    signal: (signal) => signalGroup(child, signal),
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started in ${cwd}: ${error.message}`));
      child.once('close', (code, signal) => resolve(howItEnded(code, signal)));
    }),
  };
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (code === 0) return undefined;
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return; // it never started
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (!isFileError(error, 'ESRCH')) throw error; // the whole group is gone already
  }
}
