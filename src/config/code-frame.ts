import stringWidth from 'string-width';
import type {SourcePosition} from '../base/problem.js';
import {lineText, type SourceText} from './source-text.js';

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

/** Under the marked characters, counted in terminal cells: a Chinese character or an emoji takes two. */
function marker(line: string, position: SourcePosition): string {
  const start = Math.min(position.column, line.length + 1);
  const end = position.end_line === position.line ? (position.end_column ?? start + 1) : line.length + 1;
  const before = line.slice(0, start - 1).split('\t'); // tabs keep their width
  const marked = stringWidth(line.slice(start - 1, Math.min(end, line.length + 1) - 1));
  return before.map((part) => ' '.repeat(stringWidth(part))).join('\t') + '^'.repeat(Math.max(1, marked));
}
