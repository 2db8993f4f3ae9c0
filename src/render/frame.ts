import {columnsOf} from './columns.js';

/** A line of a code frame: `> 14 | text`, or `   | ^^^` below it. */
const LINE = /^(\s*(?:> *)?\d* \| )(.*)$/;
const MARKS = /^( *)\^+ *$/;

export function isFrameLine(line: string): boolean {
  return LINE.test(line);
}

/**
 * A code frame as it fits on a screen of `width` columns: the same part of every line, with what is marked in it. A line that the
 * terminal breaks would have its marker under something else. Frames with tabs, and what only looks like a frame, stay as they are.
 */
export function narrowFrame(lines: readonly string[], width: number): readonly string[] {
  const parts = lines.map((line) => LINE.exec(line)!);
  const marked = parts.map(([, , text]) => MARKS.exec(text!)).find((match) => match !== null);
  const fits = lines.every((line) => columnsOf(line) <= width);
  if (marked === undefined || fits || lines.some((line) => line.includes('\t'))) return lines;
  const room = Math.max(MINIMUM, width - parts[0]![1]!.length);
  const start = marked[1]!.length;
  const from = marked[0].trimEnd().length < room ? 0 : Math.max(0, start - Math.floor(room / 3));
  return parts.map(([, bar, text]) => `${bar}${excerpt(text!, from, room)}`.trimEnd());
}

/** Less shows nothing. */
const MINIMUM = 16;

/** Columns `from` to `from + room`; where something is left out is an ellipsis, but not in the line of the marker. */
function excerpt(text: string, from: number, room: number): string {
  const isMarker = MARKS.test(text);
  const end = from + room;
  const cutAtEnd = columnsOf(text) > end;
  let shown = '';
  let at = 0;
  for (const letter of text) {
    const next = at + columnsOf(letter);
    const hidden = (from > 0 && at <= from) || (cutAtEnd && next >= end);
    if (next > from && at < end)
      shown += hidden ? ' '.repeat(Math.min(next, end) - Math.max(at, from)) : letter;
    at = next;
  }
  if (isMarker) return shown;
  const head = from > 0 && text.trim() !== '' ? `…${shown.slice(1)}` : shown;
  return cutAtEnd ? `${head.slice(0, -1)}…` : head;
}
