import type {SourcePosition} from '../../base/problem.js';

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

/** Where the characters from `start` to `end` (exclusive) are. Never empty: a marker needs something to mark. */
export function positionOf(source: SourceText, start: number, end: number): SourcePosition {
  const from = lineAndColumn(source, start);
  const to = lineAndColumn(source, Math.max(end, start + 1));
  return {
    file: source.name,
    line: from.line,
    column: from.column,
    end_line: to.line,
    end_column: to.column,
    ...(isArgument(source) ? {given: source.text} : {}),
  };
}

/** Of an option, in place of a file. */
export function isArgument({name}: Pick<SourceText, 'name'>): boolean {
  return name.startsWith('--');
}

/** One line, from 1, without its end. */
export function lineText(source: SourceText, line: number): string {
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
