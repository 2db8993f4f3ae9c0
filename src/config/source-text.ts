import type {SourcePosition} from '../base/problem.js';

/** A text that people wrote, with its name: a file's path, or `--set` for a value of the command line. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly line_starts: readonly number[];
}

export function sourceText(name: string, text: string): SourceText {
  const line_starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line_starts.push(at + 1);
  return {name, text, line_starts};
}

/** Where the characters from `start` to `end` (exclusive) stand. Never empty: a marker needs something to mark. */
export function positionOf(source: SourceText, start: number, end: number): SourcePosition {
  const from = lineAndColumn(source, start);
  const to = lineAndColumn(source, Math.max(end, start + 1));
  return {
    file: source.name,
    line: from.line,
    column: from.column,
    end_line: to.line,
    end_column: to.column,
  };
}

/** The line of a position with one line on either side, and a marker under what is meant. */
export function codeFrame(source: SourceText, position: SourcePosition): string {
  const first = Math.max(1, position.line - 1);
  const last = Math.min(source.line_starts.length, position.line + 1);
  const width = String(last).length;
  const lines: string[] = [];
  for (let line = first; line <= last; line++) {
    const text = lineText(source, line);
    const mark = line === position.line ? '>' : ' ';
    if (line === last && line !== position.line && text.trim() === '') continue;
    lines.push(`${mark} ${String(line).padStart(width)} | ${text}`.trimEnd());
    if (line === position.line) lines.push(`  ${' '.repeat(width)} | ${marker(text, position)}`);
  }
  return lines.join('\n');
}

function marker(line: string, position: SourcePosition): string {
  const start = Math.min(position.column, line.length + 1);
  const end = position.end_line === position.line ? (position.end_column ?? start + 1) : line.length + 1;
  const indent = line.slice(0, start - 1).replace(/[^\t]/g, ' '); // tabs keep their width
  return indent + '^'.repeat(Math.max(1, Math.min(end, line.length + 1) - start));
}

function lineText(source: SourceText, line: number): string {
  const start = source.line_starts[line - 1]!;
  const next = source.line_starts[line];
  return source.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, '');
}

function lineAndColumn({line_starts, text}: SourceText, offset: number): {line: number; column: number} {
  const at = Math.min(Math.max(offset, 0), text.length);
  let low = 0;
  let high = line_starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (line_starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return {line: low + 1, column: at - line_starts[low]! + 1};
}
