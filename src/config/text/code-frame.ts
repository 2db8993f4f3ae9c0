import stringWidth from 'fast-string-width';
import type {SourcePosition} from '../../base/problem.js';
import {isArgument, lineText, type SourceText} from './source-text.js';

/** The line of a position with one line on either side, and a marker under what is meant. */
export function codeFrame(source: SourceText, position: SourcePosition): string {
  if (isArgument(source) && source.line_starts.length === 1) return argumentFrame(source, position);
  const first = Math.max(1, position.line - 1);
  const last = Math.min(source.line_starts.length, position.line + 1);
  const width = String(last).length;
  const lines: string[] = [];
  for (let line = first; line <= last; line++) {
    const whole = lineText(source, line);
    const meant = line === position.line;
    if (line === last && !meant && whole.trim() === '') continue;
    const {text, hidden} = excerpt(whole, meant ? position.column : 1);
    lines.push(`${meant ? '>' : ' '} ${String(line).padStart(width)} | ${text}`.trimEnd());
    if (meant) lines.push(`  ${' '.repeat(width)} | ${marker(text, shifted(position, hidden))}`);
  }
  return lines.join('\n');
}

/** `--set train.epochs=x` as it was typed: there is no file, and no line has a number. */
function argumentFrame(source: SourceText, position: SourcePosition): string {
  const {text, hidden} = excerpt(source.text, position.column);
  return [
    `${source.name} ${text}`.trimEnd(),
    `${' '.repeat(source.name.length)} ${marker(text, shifted(position, hidden))}`,
  ].join('\n');
}

/** Longer lines come from programs, and some have megabytes. */
const MOST_SHOWN = 200;
/** Of those, how many are before what is meant. */
const SHOWN_BEFORE = 80;

/** What of a line is shown around a column, and how many characters its start is moved by. */
function excerpt(line: string, column: number): {text: string; hidden: number} {
  if (line.length <= MOST_SHOWN) return {text: line, hidden: 0};
  const start = Math.max(0, Math.min(column - 1 - SHOWN_BEFORE, line.length - MOST_SHOWN));
  const end = start + MOST_SHOWN;
  const text = `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
  return {text, hidden: start > 0 ? start - 1 : 0};
}

function shifted(position: SourcePosition, by: number): SourcePosition {
  const {column, end_column} = position;
  return {
    ...position,
    column: column - by,
    ...(end_column === undefined ? {} : {end_column: end_column - by}),
  };
}

/** Under the marked characters, counted in terminal cells: a Chinese character or an emoji takes two. */
function marker(line: string, position: SourcePosition): string {
  const start = Math.min(position.column, line.length + 1);
  const end = position.end_line === position.line ? (position.end_column ?? start + 1) : line.length + 1;
  const before = line.slice(0, start - 1).split('\t'); // tabs keep their width
  const marked = stringWidth(line.slice(start - 1, Math.min(end, line.length + 1) - 1), {tabWidth: 1});
  return before.map((part) => ' '.repeat(stringWidth(part))).join('\t') + '^'.repeat(Math.max(1, marked));
}
