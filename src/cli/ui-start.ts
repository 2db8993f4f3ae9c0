import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {Terminal} from '../app/terminal.js';
import {packageRoot} from '../app/version.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {RunEvent} from '../event/event.js';

type FirstLine = Extract<RunEvent, {kind: 'run_started'}> | {kind: 'problems'; problems: readonly Problem[]};

/**
 * Starts `sidestep run` as a process of its own: a training of hours does not depend on a page being open, nor on the program
 * behind it. Resolves with the run's id when it begins, or with the problems for which it does not.
 */
export async function startRun(
  {env, cwd}: Pick<Terminal, 'env' | 'cwd'>,
  args: readonly string[],
): Promise<Result<{readonly run: string}>> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('dist/cli/main.js', packageRoot)), 'run', ...args, '--json', '--yes'],
    // A group of its own: Ctrl-C in the terminal of the page is not meant for the run.
    {cwd, env, detached: true, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe']},
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ended = once(child, 'close').then(
    () => undefined,
    (error: Error) => {
      said += error.message;
    },
  );
  const first = await Promise.race([firstLine(child), ended]);
  letGo(child);
  if (first === undefined) return failure(didNotBegin(said));
  return first.kind === 'problems' ? failure(...first.problems) : ok({run: first.run});
}

async function firstLine(child: ChildProcess): Promise<FirstLine | undefined> {
  const lines = createInterface({input: child.stdout!});
  for await (const line of lines) {
    lines.close();
    return JSON.parse(line) as FirstLine;
  }
  return undefined;
}

/** From here on its record says all; it is read no more, and this process does not wait for it. */
function letGo(child: ChildProcess): void {
  child.stdout!.resume();
  child.stderr!.resume();
  child.unref();
  for (const stream of [child.stdout!, child.stderr!]) if ('unref' in stream) (stream.unref as () => void)();
}

function didNotBegin(said: string): Problem {
  return {
    code: 'run/did-not-begin',
    message: 'The run ended before it began',
    last_words: said.trim().split('\n'),
    hint: 'Start it in a terminal to see more: sidestep run',
  };
}
