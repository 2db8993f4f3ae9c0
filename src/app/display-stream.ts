import {writeSync} from 'node:fs';

/** Text on its way to its reader; what happens to it there never ends a run. */
export interface DisplayStream {
  readonly write: (text: string) => void;
  /** Why what was written did not arrive; undefined while all is well and when the reader has simply left. */
  readonly trouble: () => NodeJS.ErrnoException | undefined;
}

/**
 * Writes until the other end is gone: a terminal that was closed (EIO), a pipe whose reader has left (EPIPE), a full disk
 * (ENOSPC). From then on it is silent.
 */
export function displayStream(raw: NodeJS.WriteStream): DisplayStream {
  let open = true;
  let trouble: NodeJS.ErrnoException | undefined;
  const end = (error: NodeJS.ErrnoException): void => {
    open = false;
    // `head` and a pager have seen enough; no one looks at a terminal that is closed. Only a file should have got it all.
    if (error.code !== 'EPIPE' && !raw.isTTY) trouble ??= error;
  };
  raw.on('error', end);
  return {
    write: (text) => {
      if (!open) return;
      try {
        raw.write(text);
      } catch (error) {
        end(error as NodeJS.ErrnoException); // a file's stream may throw at once
      }
    },
    trouble: () => trouble,
  };
}

/** Says, when the process ends, that its answer did not arrive, and lets the exit code tell it too. */
export function answerForStdout(stdout: DisplayStream): void {
  process.on('exit', () => {
    const trouble = stdout.trouble();
    if (trouble === undefined) return;
    if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = 1;
    try {
      writeSync(2, `The output could not be written, it ends early: ${trouble.message}\n`);
    } catch {
      // There is no one left to hear it; the exit code says it.
    }
  });
}
