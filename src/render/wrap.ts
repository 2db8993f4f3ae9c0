import {stripVTControlCharacters} from 'node:util';
import {columnsOf} from './columns.js';

/** A line of a code frame: its marker must stay under what it marks. */
const FRAME = /^\s*\d* \| /;

/** A path that stands alone, or a command with one: nobody can copy it in pieces, whatever blanks are in it. */
const PATH = /^\s*(?:log: |tensorboard --logdir )?'?(?:[/\\~]|[A-Za-z]:[/\\])/;

/**
 * Prose broken between words, continued under its own beginning. Words that are longer than the line (paths, commands) and
 * code frames stay whole, so that they can be copied. Colours take no room.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (staysWhole(line) || columnsOf(line) <= width ? line : wrappedLine(line, width)))
    .join('\n');
}

function staysWhole(line: string): boolean {
  return FRAME.test(line) || PATH.test(stripVTControlCharacters(line));
}

function wrappedLine(line: string, width: number): string {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = '';
  for (const word of line.slice(indent.length).split(' ')) {
    const longer = current === '' ? indent + word : `${current} ${word}`;
    if (current.trim() === '' || columnsOf(longer) <= width) {
      current = longer;
      continue;
    }
    lines.push(current.trimEnd());
    current = `${indent}  ${word}`;
  }
  return [...lines, current].join('\n');
}
