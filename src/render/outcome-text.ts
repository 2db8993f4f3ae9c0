import type {Problem} from '../base/problem.js';
import type {StageResult} from '../event/stage-result.js';
import type {Palette} from './palette.js';
import {problemText} from './problem-text.js';
import {deathText} from './stage-line.js';
import {visible} from './visible.js';

type Failure = Extract<StageResult, {kind: 'failed' | 'crashed'}>;

/** A failure in the one shape of all problems. */
export function failureProblem(result: Failure): Problem {
  if (result.kind === 'failed') return result.problem;
  return {code: 'run/crashed', message: `The process of this stage ended with ${deathText(result)}.`};
}

export function isFailure(result: StageResult): result is Failure {
  return result.kind === 'failed' || result.kind === 'crashed';
}

/** Why a stage failed, in full: problem with frame and hint, or the last words of a dead process; then the log's path. */
export function failureText(result: Failure, colours: Palette): string {
  const head = `${colours.red('✖')} ${colours.bold(result.stage)}`;
  const log = result.log === undefined ? '' : `\n  ${colours.dim(`log: ${result.log}`)}`;
  if (result.kind === 'failed')
    return `${head} failed\n${indented(problemText(result.problem, colours))}${log}`;
  const words = result.stderr_tail.trimEnd();
  const [silent, tail] = words === '' ? [' and said nothing', ''] : ['', `\n${said(words, colours)}`];
  return `${head} crashed: its process ended with ${deathText(result)}${silent}${deathHint(result, colours)}${tail}${log}`;
}

function deathHint(result: Extract<StageResult, {kind: 'crashed'}>, colours: Palette): string {
  const hint = causeOfDeath(result);
  return hint === undefined ? '' : `\n  ${colours.cyan('hint:')} ${hint}`;
}

/** What most likely happened. Not every signal is a defect: memory has an end, and a file that is read may be cut short under it. */
function causeOfDeath({signal, stderr_tail}: Extract<StageResult, {kind: 'crashed'}>): string | undefined {
  if (/heap out of memory|bad_alloc|Cannot allocate memory/.test(stderr_tail))
    return 'there was not enough memory; close other programs, run fewer stages at once (`--jobs 1`), or raise the limit that the last words name.';
  switch (signal) {
    case 'SIGKILL':
      return "the system probably ran out of memory; close other programs or lower the stage's memory needs.";
    case 'SIGBUS':
      return 'a file that it was reading (weights, samples) was probably cut short or replaced meanwhile, or its disk failed; run again when nothing writes to it.';
    case 'SIGSEGV':
    case 'SIGILL':
    case 'SIGFPE':
    case 'SIGABRT':
      return 'this is a defect of the engine or of a driver; `sidestep doctor` shows their versions.';
    case 'SIGXCPU':
      return 'its limit of CPU time (`ulimit -t`) was reached.';
    default:
      return undefined;
  }
}

/** Marked, so that no line of a dead process passes for one of ours. */
function said(words: string, colours: Palette): string {
  return words
    .split('\n')
    .map((line) => `  ${colours.dim('|')} ${visible(line)}`)
    .join('\n');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : `  ${line}`))
    .join('\n');
}
