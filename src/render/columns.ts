import stringWidth from 'fast-string-width';

/** Columns of a terminal that a text takes: CJK letters and emoji take two, colours none. */
export function columnsOf(text: string): number {
  return stringWidth(text, {tabWidth: 0}); // nothing of ours has one
}

/** Filled up with blanks to a number of columns, as `padEnd` does with code units. */
export function filledEnd(text: string, columns: number): string {
  return text + blanks(text, columns);
}

/** The same with the blanks in front. */
export function filledStart(text: string, columns: number): string {
  return blanks(text, columns) + text;
}

function blanks(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
