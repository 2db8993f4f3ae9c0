import type {ErrorCode, YAMLError} from 'yaml';
import type {Problem} from '../../base/problem.js';
import {problemAt} from './located.js';
import type {SourceText} from './source-text.js';

/** What the parser's codes mean to the writer of the file; the others keep the parser's own words. */
const words: Partial<Record<ErrorCode, {message: string; hint?: string}>> = {
  DUPLICATE_KEY: {message: 'This key occurs twice in one mapping', hint: 'Remove one of them.'},
  TAB_AS_INDENT: {message: 'Tabs cannot indent YAML', hint: 'Use spaces.'},
  BAD_SCALAR_START: {message: 'A text cannot start with this character', hint: 'Put the text in quotes.'},
  MULTIPLE_DOCS: {
    message: 'Expected one document but found several',
    hint: 'Remove the line ---, or split the file.',
  },
  TAG_RESOLVE_FAILED: {message: 'Unknown tag', hint: 'A text that starts with ! needs quotes.'},
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'One line holds two keys',
    hint: 'Put a text that holds a colon and a space in quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'This line is neither a key with its value nor part of a text',
    hint: 'Write key: value, with a space behind the colon.',
  },
  RESOURCE_EXHAUSTION: {message: 'The file is nested too deeply'},
};

/** What to do about the other errors, by what the parser says of them. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/^Missing closing/, 'A text above starts with this quote and does not end.'],
  [/sufficiently indented and end with/, 'A { or [ above is not closed.'],
  [
    /^Missing , or :/,
    'A comma belongs between two elements; a text that holds { } [ ] or a comma needs quotes.',
  ],
  [/must start at the same column/, 'Keys of one mapping start in the same column.'],
  [/at node end$/, 'Put a text that holds { } [ ] or a comma in quotes.'],
];

/** Errors after which the rest of the file is still read as it was meant. */
const harmless: ReadonlySet<ErrorCode> = new Set([
  'DUPLICATE_KEY',
  'BAD_SCALAR_START',
  'TAG_RESOLVE_FAILED',
  'BAD_ALIAS',
  'BAD_PROP_ORDER',
]);

/** Does what follows such an error mean nothing any more? */
export function isDerailing({code}: YAMLError): boolean {
  return !harmless.has(code);
}

/** One mistake is one problem: of the errors that derail the parser only the first counts, a tab before all others. */
export function syntaxProblems(source: SourceText, found: readonly YAMLError[]): Problem[] {
  const derailing = found.filter(isDerailing).sort((a, b) => a.pos[0] - b.pos[0]);
  const [first] = [...derailing.filter(({code}) => code === 'TAB_AS_INDENT'), ...derailing];
  const others = found.filter(
    (error) => !isDerailing(error) && (first === undefined || error.pos[0] < first.pos[0]),
  );
  return [...others, ...(first === undefined ? [] : [first])].map((error) => syntaxProblem(source, error));
}

/** A syntax error or warning of the parser as a problem; both stop, because a warning means a value got lost. */
function syntaxProblem(source: SourceText, found: YAMLError): Problem {
  const known = words[found.code];
  const firstLine = found.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  return problemAt(
    {source, start: found.pos[0], end: found.pos[1], via: []},
    {
      code: found.code === 'TAG_RESOLVE_FAILED' ? 'config/unknown-tag' : 'config/yaml-syntax',
      message: known ? known.message : firstLine,
      hint: known?.hint ?? hints.find(([pattern]) => pattern.test(firstLine))?.[1],
    },
  );
}
