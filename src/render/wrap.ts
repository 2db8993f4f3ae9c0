import {stripVTControlCharacters} from 'node:util';
import {columnsOf} from './columns.js';
import {isFrameLine, narrowFrame} from './frame.js';

/** A path that stands alone, or a command with one: no one can copy it in pieces, whatever blanks are in it. */
const PATH = /^\s*(?:log: |tensorboard --logdir )?'?(?:[/\\~]|[A-Za-z]:[/\\])/;

/**
 * Prose broken between words, continued under its own beginning. Words that are longer than the line (paths, commands) stay
 * whole, so that they can be copied; of code frames the part is shown that is meant. Colours take no room.
 */
export function wrapped(text: string, width: number): string {
  const done: string[] = [];
  let frame: string[] = [];
  const endFrame = (): void => {
    if (frame.length > 0) done.push(...narrowFrame(frame, width));
    frame = [];
  };
  for (const line of text.split('\n')) {
    if (isFrameLine(line)) frame.push(line);
    else {
      endFrame();
      done.push(staysWhole(line) || columnsOf(line) <= width ? line : wrappedLine(line, width));
    }
  }
  endFrame();
  return done.join('\n');
}

function staysWhole(line: string): boolean {
  return PATH.test(stripVTControlCharacters(line));
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
