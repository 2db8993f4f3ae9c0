import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** Columns of a terminal that a text takes: CJK letters and emoji take two, colours none. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** Filled up with blanks to a number of columns, as `padEnd` does with code units. */
export function filledEnd(text: string, columns: number): string {
  return text + blanks(text, columns);
}

/** The same with the blanks in front. */
export function filledStart(text: string, columns: number): string {
  return blanks(text, columns) + text;
}

/** Cut to a number of columns, with an ellipsis. */
export function cut(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : cliTruncate(text, Math.max(1, columns));
}

function blanks(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
