import {refuse} from '../app/answer.js';
import {colourSetting} from '../app/colour-setting.js';
import {answerForStdout} from '../app/display-stream.js';
import {type ExitCode, streamOf, type Terminal} from '../app/terminal.js';
import {isFileError} from '../base/durable.js';
import type {Problem} from '../base/problem.js';
import {program} from './program.js';

const noFolder: Problem = {
  code: 'usage/no-current-folder',
  message: 'The folder you are in was removed',
  hint: '`cd` to another one.',
};

/** The command that this process was started with. */
export async function start(): Promise<void> {
  const {argv, env} = withoutColourFlags(process.argv.slice(2), process.env);
  const colour = await colourSetting(env);
  const stdout = streamOf(process.stdout, env, colour);
  answerForStdout(stdout);
  const cwd = currentFolder();
  const terminal: Terminal = {
    env,
    cwd: cwd ?? '/',
    stdout,
    stderr: streamOf(process.stderr, env, colour),
    now: Date.now,
    leave: (code: ExitCode) => {
      process.exitCode = code; // not process.exit: text on its way to a pipe would be lost
    },
  };
  terminal.leave(
    cwd === undefined
      ? refuse(terminal, {json: argv.includes('--json')}, [noFolder])
      : await program(terminal, argv),
  );
}

/** Undefined when the folder that the shell is in was removed. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** `--color` and `--no-color` may be anywhere, and children (and the libraries we use) should hear of them too. */
function withoutColourFlags(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const isFlag = (word: string): boolean => word === '--color' || word === '--no-color';
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const last = words.slice(0, end).findLast(isFlag);
  if (last === '--color') {
    environment.FORCE_COLOR = '1';
    delete environment.NO_COLOR;
  } else if (last === '--no-color') {
    environment.NO_COLOR = '1';
    delete environment.FORCE_COLOR;
  }
  return {argv: words.filter((word, index) => index >= end || !isFlag(word)), env: environment};
}
