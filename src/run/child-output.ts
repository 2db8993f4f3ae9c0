import type {ChildProcess} from 'node:child_process';
import type {Readable} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';
import {setImmediate} from 'node:timers/promises';
import {within} from '../base/timer.js';

/**
 * Resolves when a process that execa started has ended, or could not start. Its own promise waits for its pipes as well,
 * which a descendant may hold open for ever.
 */
export async function exited(child: Pick<ChildProcess, 'once'> & PromiseLike<unknown>): Promise<void> {
  const exit = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  await Promise.race([exit, child]);
}

/** What a child process says, line by line, while it lives and a moment longer. */
export interface ChildOutput {
  /** Has every end of the pipe been closed? */
  readonly ended: Promise<void>;
  /** When something last came, as `performance.now()` has it. */
  readonly heardAt: () => number;
  /** Stops reading, whichever process still holds the other end. */
  readonly close: () => void;
}

/** Reads a pipe line by line; the last line need not have an end. A process that could not start has no pipe. */
export function readOutput(stream: Readable | null, listener: (line: string) => void): ChildOutput {
  if (!stream) return {ended: Promise.resolve(), heardAt: () => 0, close: () => {}};
  const lines = lineSplitter(listener);
  const decoder = new StringDecoder('utf8');
  let heardAt = performance.now();
  stream.on('data', (chunk: Buffer) => {
    heardAt = performance.now();
    lines.take(decoder.write(chunk));
  });
  const ended = new Promise<void>((resolve) => {
    stream.once('error', () => resolve()); // a pipe that broke has nothing more to say
    stream.once('close', () => resolve());
  });
  void ended.then(() => {
    lines.take(decoder.end());
    lines.end();
  });
  return {ended, heardAt: () => heardAt, close: () => stream.destroy()};
}

/** A line is cut here: a program that never ends one must not fill memory, nor disk, nor screen. */
const LONGEST_LINE = 64 * 1024;

/** Calls `listener` for every line of a text that comes in pieces. LF, CR LF and CR (progress bars) end a line. */
export function lineSplitter(listener: (line: string) => void): {
  readonly take: (text: string) => void;
  readonly end: () => void;
} {
  let pending = '';
  let left_out = 0;
  let after: 'carriage_return' | 'other' = 'other';
  const add = (part: string): void => {
    const room = LONGEST_LINE - pending.length;
    pending += part.slice(0, room);
    left_out += Math.max(0, part.length - room);
  };
  const finish = (): void => {
    listener(left_out === 0 ? pending : `${pending} … and ${left_out} more characters in this line`);
    pending = '';
    left_out = 0;
  };
  return {
    take: (text) => {
      if (text === '') return;
      const rest = after === 'carriage_return' && text.startsWith('\n') ? text.slice(1) : text;
      after = text.endsWith('\r') ? 'carriage_return' : 'other';
      const parts = rest.split(/\r\n|\n|\r/);
      for (const part of parts.slice(0, -1)) {
        add(part);
        finish();
      }
      add(parts.at(-1)!);
    },
    end: () => {
      if (pending !== '') finish();
    },
  };
}

/** Nothing came for so long: what was in the pipes is read. */
const QUIET_MS = 200;
/** A descendant that chatters on for ever is not waited for. */
const MOST_MS = 2_000;

/**
 * Waits, after a process has ended, until what it said is read: to the end of its pipes, or, where a descendant of it
 * holds them open, until nothing more comes for a moment.
 */
export async function drained(outputs: readonly ChildOutput[]): Promise<void> {
  const since = performance.now();
  let ended = false;
  const all = Promise.all(outputs.map((output) => output.ended)).then(() => {
    ended = true;
  });
  while (!ended && performance.now() - since < MOST_MS) {
    const heard = Math.max(since, ...outputs.map((output) => output.heardAt()));
    const left = QUIET_MS - (performance.now() - heard);
    if (left <= 0) return;
    await within(all, left);
    await setImmediate(); // a process that was busy reads what waits in the pipes before it calls them quiet
  }
}

/** What of a program's last words stays on a screen beside the rest. */
const LAST_WORDS = 12;
const LAST_WORD_LENGTH = 240;

/** Keeps the last lines that it takes, each cut to what a screen takes. */
export function lastWords(): {
  readonly take: (line: string) => void;
  readonly words: () => readonly string[];
} {
  const lines: string[] = [];
  return {
    take: (line) => {
      lines.push(line);
      if (lines.length > LAST_WORDS) lines.shift();
    },
    words: () =>
      lines.map((line) => (line.length > LAST_WORD_LENGTH ? `${line.slice(0, LAST_WORD_LENGTH)} …` : line)),
  };
}
