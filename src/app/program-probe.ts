import {execFile} from 'node:child_process';

/** What a program of the system answered; undefined when it is not there or did not like the question. */
export function askProgram(file: string, ...args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(file, args, {timeout: 10_000, windowsHide: true}, (error, stdout, stderr) => {
      resolve(error === null ? stdout.trim() || stderr.trim() : undefined);
    });
  });
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}
