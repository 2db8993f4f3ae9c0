import type {Problem, SourcePosition} from '../base/problem.js';
import type {Palette} from './palette.js';
import {countText} from './quantity.js';
import {messageLines, visible, visibleLines} from './visible.js';

/**
 * A problem for people:
 *
 *     pipeline.yaml:14:11 error: Unknown key "rnk"  [config/unknown-key]
 *       14 | adapter: {rnk: 64}
 *          |           ^^^
 *       hint: did you mean "rank"?
 */
export function problemText(
  problem: Problem,
  colours: Palette,
  severity: 'error' | 'warning' = 'error',
): string {
  const paint = severity === 'error' ? colours.red : colours.yellow;
  const place = placeBefore(problem, colours);
  const [message, ...more] = messageLines(problem.message);
  const lines = [`${place}${paint(`${severity}:`)} ${message}  ${colours.dim(`[${problem.code}]`)}`, ...more];
  if (problem.frame !== undefined) lines.push(indent(visibleLines(problem.frame)));
  for (const {position, message} of problem.related ?? []) {
    lines.push(`  ${colours.dim(`${placeText(position)}: ${visible(message)}`)}`);
  }
  for (const words of problem.last_words ?? []) lines.push(`  ${colours.dim('|')} ${visible(words)}`);
  if (problem.hint !== undefined)
    lines.push(indent(`${colours.cyan('hint:')} ${visibleLines(problem.hint)}`));
  return lines.join('\n');
}

/** Nothing where the frame below shows the whole argument. */
function placeBefore({position, frame}: Problem, colours: Palette): string {
  if (position === undefined) return '';
  if (position.given !== undefined && frame?.startsWith(position.file) === true) return '';
  return `${colours.bold(placeText(position))} `;
}

/** All problems of a file, and what they mean together where they kept everything from running. */
export function problemsText(
  problems: readonly Problem[],
  colours: Palette,
  ran: 'nothing' | 'something' = 'nothing',
): string {
  const blocks = problems.map((problem) => problemText(problem, colours));
  const inFiles = ran === 'nothing' && problems.some((problem) => problem.position !== undefined);
  const verdict = colours.bold(`${countText(problems.length, 'problem')}; nothing has run.`);
  return `${blocks.join('\n\n')}\n${inFiles ? `\n${verdict}\n` : ''}`;
}

/** Why one song was left behind, with what helps: what is said of the stage afterwards only counts the songs. */
export function sampleFailedText(
  {sample, problem}: {readonly sample: string; readonly problem: Problem},
  colours: Palette,
): string {
  return `${colours.yellow(`sample ${visible(sample)}:`)} ${problemText(problem, colours)}`;
}

/** `pipeline.yaml:14:11`; of an argument, the argument itself. */
export function placeText(position: SourcePosition): string {
  const {file, given} = position;
  if (given !== undefined) return visible(`${file} ${shortened(given)}`);
  return `${visible(position.file)}:${position.line}:${position.column}`;
}

const LONGEST_ARGUMENT = 60;

function shortened(argument: string): string {
  const line = argument.replaceAll(/\s*\n\s*/g, ' ');
  return line.length <= LONGEST_ARGUMENT ? line : `${line.slice(0, LONGEST_ARGUMENT - 1)}…`;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
