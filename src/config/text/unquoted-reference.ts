import type {Lexer} from 'yaml';
import type {Problem} from '../../base/problem.js';
import {type Origin, positionAt, problemAt} from './located.js';
import {lineText, type SourceText} from './source-text.js';

/** `${vars.x}` without quotes within { } or [ ], where YAML takes its brace for one of its own. */
interface Unquoted {
  /** Of the whole value: `${vars.x}/songs`. */
  readonly start: number;
  readonly end: number;
}

/** One problem for all of them, with the line to write; undefined when the file has none. */
export function unquotedReferences(source: SourceText, lexer: Lexer): Problem | undefined {
  const all = unquoted(source.text, lexer);
  const [first, ...others] = all;
  if (first === undefined) return undefined;
  const {line} = positionAt(originOf(source, first));
  const problem = problemAt(originOf(source, first), {
    code: 'config/unquoted-reference',
    message: 'A reference within { } or [ ] needs quotes',
    hint: `Write: ${quotedLine(source, line, all).trim()}`,
  });
  const elsewhere = others
    .map((each) => positionAt(originOf(source, each)))
    .filter((position, index, places) => position.line !== (places[index - 1]?.line ?? line))
    .map((position) => ({position, message: 'here, too'}));
  return elsewhere.length === 0 ? problem : {...problem, related: elsewhere};
}

/** What the lexer puts in between: no characters of the text. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const VALUE = /(?:[^,[\]{}\n]*\$\{[^{}\n]*\})+[^,[\]{}\n]*/y;

function unquoted(text: string, lexer: Lexer): Unquoted[] {
  const found: Unquoted[] = [];
  let offset = 0;
  let before = {text: '', start: 0};
  for (const lexeme of lexer.lex(text)) {
    if (MARKS.has(lexeme)) continue;
    const isOpened = lexeme === '{' && before.text.endsWith('$') && !/^["']/.test(before.text);
    if (isOpened && before.start >= (found.at(-1)?.end ?? 0)) {
      VALUE.lastIndex = before.start;
      const value = VALUE.exec(text)?.[0]
        .replace(/\s+#.*$/, '')
        .trimEnd();
      if (value !== undefined) found.push({start: before.start, end: before.start + value.length});
    }
    before = {text: lexeme, start: offset};
    offset += lexeme.length;
  }
  return found;
}

function quotedLine(source: SourceText, line: number, all: readonly Unquoted[]): string {
  const start = source.line_starts[line - 1]!;
  const text = lineText(source, line);
  return all
    .filter((each) => each.start >= start && each.end <= start + text.length)
    .reduceRight(
      (whole, each) =>
        `${whole.slice(0, each.start - start)}"${source.text.slice(each.start, each.end)}"${whole.slice(each.end - start)}`,
      text,
    );
}

function originOf(source: SourceText, {start, end}: Unquoted): Origin {
  return {source, start, end, via: []};
}
