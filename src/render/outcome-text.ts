import type {StageResult} from '../event/stage-result.js';
import type {Palette} from './palette.js';
import {problemText} from './problem-text.js';
import {deathText} from './stage-line.js';
import {visible} from './visible.js';

type Failure = Extract<StageResult, {kind: 'failed' | 'crashed'}>;

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
  const tail = words === '' ? '' : `\n${said(words, colours)}`;
  return `${head} crashed: its process ended with ${deathText(result)} and said nothing${deathHint(result, colours)}${tail}${log}`;
}

function deathHint(result: Extract<StageResult, {kind: 'crashed'}>, colours: Palette): string {
  const hint = (text: string): string => `\n  ${colours.cyan('hint:')} ${text}`;
  if (result.signal === 'SIGKILL') {
    return hint(
      "the system probably ran out of memory; close other programs or lower the stage's memory needs.",
    );
  }
  if (result.signal === 'SIGSEGV' || result.signal === 'SIGABRT' || result.signal === 'SIGBUS') {
    return hint('this is a defect of the engine or of a driver; `sidestep doctor` shows their versions.');
  }
  return '';
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
