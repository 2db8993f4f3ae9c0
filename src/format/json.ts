import {SidestepError} from '../base/problem.js';

/**
 * A JSON value that remembers what `JSON.parse` forgets: where it was, and how a number was written. `120` and `120.0`
 * are the same JavaScript number but different Python objects, and upstream prints them differently into prompts.
 */
export type JsonNode =
  | {readonly kind: 'null'; readonly offset: number}
  | {readonly kind: 'boolean'; readonly offset: number; readonly value: boolean}
  | {readonly kind: 'number'; readonly offset: number; readonly value: number; readonly text: string}
  | {readonly kind: 'string'; readonly offset: number; readonly value: string}
  | {readonly kind: 'array'; readonly offset: number; readonly items: readonly JsonNode[]}
  | JsonObjectNode;

export interface JsonObjectNode {
  readonly kind: 'object';
  readonly offset: number;
  readonly entries: ReadonlyMap<string, JsonNode>;
}

export interface JsonOptions {
  /** File name for error positions. */
  readonly file: string;
  /** What a key that occurs twice in one object means. `last_wins` is what Python and JavaScript do. */
  readonly duplicateKeys: 'refuse' | 'last_wins';
  /** Whether `NaN`, `Infinity` and `-Infinity` count as `null`; refused else, as RFC 8259 has no such words. */
  readonly nonfinite_is_null?: boolean;
}

/** Deep enough for any real file, shallow enough for the stack. */
const maxDepth = 200;

/** Parses RFC 8259 JSON; throws `json/invalid` or `json/duplicate-key` with a position. */
export function parseJson(text: string, options: JsonOptions): JsonNode {
  const reader: Reader = {text, at: text.startsWith('\uFEFF') ? 1 : 0, depth: 0, options};
  skipSpace(reader);
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) throw invalid(reader, 'the end of the file');
  return value;
}

/** The same value as `JSON.parse` gives, with objects that have no prototype. */
export function toPlain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'number':
    case 'string':
      return node.value;
    case 'array':
      return node.items.map(toPlain);
    case 'object': {
      const plain: Record<string, unknown> = Object.create(null);
      for (const [key, value] of node.entries) plain[key] = toPlain(value);
      return plain;
    }
  }
}

/** Line and column, both from 1, of an offset in the text. */
export function lineAndColumn(text: string, offset: number): {line: number; column: number} {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {line: before.split('\n').length, column: offset - lineStart + 1};
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
  readonly options: JsonOptions;
}

function readValue(reader: Reader): JsonNode {
  const offset = reader.at;
  switch (reader.text[offset]) {
    case '{':
      return nested(reader, readObject);
    case '[':
      return nested(reader, readArray);
    case '"':
      return {kind: 'string', offset, value: readString(reader)};
    case 't':
      return readWord(reader, 'true', {kind: 'boolean', offset, value: true});
    case 'f':
      return readWord(reader, 'false', {kind: 'boolean', offset, value: false});
    case 'n':
      return readWord(reader, 'null', {kind: 'null', offset});
    default:
      return readNumber(reader);
  }
}

function nested(reader: Reader, read: (reader: Reader) => JsonNode): JsonNode {
  reader.depth += 1;
  if (reader.depth > maxDepth) throw invalid(reader, `at most ${maxDepth} nested brackets`);
  const node = read(reader);
  reader.depth -= 1;
  return node;
}

function readObject(reader: Reader): JsonNode {
  const offset = reader.at;
  const entries = new Map<string, JsonNode>();
  readItems(reader, '}', () => {
    const keyOffset = reader.at;
    if (reader.text[keyOffset] !== '"') throw invalid(reader, 'a key in double quotes', hintAt(reader));
    const key = readString(reader);
    if (entries.has(key) && reader.options.duplicateKeys === 'refuse')
      throw duplicateKey(reader, key, keyOffset);
    skipSpace(reader);
    expectCharacter(reader, ':');
    skipSpace(reader);
    entries.set(key, readValue(reader));
  });
  return {kind: 'object', offset, entries};
}

function readArray(reader: Reader): JsonNode {
  const offset = reader.at;
  const items: JsonNode[] = [];
  readItems(reader, ']', () => items.push(readValue(reader)));
  return {kind: 'array', offset, items};
}

/** Reads `open item, item close`, standing on the opening bracket. */
function readItems(reader: Reader, close: string, readItem: () => void): void {
  reader.at += 1;
  skipSpace(reader);
  if (reader.text[reader.at] === close) {
    reader.at += 1;
    return;
  }
  for (;;) {
    readItem();
    skipSpace(reader);
    if (reader.text[reader.at] === close) break;
    expectCharacter(reader, ',', `"," or "${close}"`);
    skipSpace(reader);
  }
  reader.at += 1;
}

function readString(reader: Reader): string {
  const start = reader.at;
  const plain = matchHere(reader, /"[^"\\\p{Cc}]*"/uy); // most strings: nothing to unescape
  if (plain !== undefined) {
    reader.at += plain.length;
    return plain.slice(1, -1);
  }
  const end = closingQuote(reader.text, start);
  try {
    const value = JSON.parse(reader.text.slice(start, end + 1)) as string;
    reader.at = end + 1;
    return value;
  } catch {
    const backslash = /\\(?!["\\/bfnrt]|u[\da-fA-F]{4})/.test(reader.text.slice(start, end));
    throw invalid(
      reader,
      'a string closed by a double quote, without raw control characters or lone backslashes',
      backslash
        ? 'In JSON a backslash is written twice: "C:\\\\Music\\\\song.wav"; or use / instead.'
        : undefined,
    );
  }
}

/** What people write in place of a value or key, and what to do about it. */
function hintAt({text, at}: Reader): string | undefined {
  if ((text[at] === ']' || text[at] === '}') && /,\s*$/.test(text.slice(Math.max(0, at - 200), at)))
    return `JSON allows no comma before ${text[at]}: take it out.`;
  if (text[at] === ']' || text[at] === '}') return 'A value is missing in front of it.';
  if (text[at] === "'") return 'JSON knows double quotes only.';
  if (text[at] === '/' || text[at] === '#') return 'JSON knows no comments.';
  return undefined;
}

/** Offset of the quote that ends the string starting at `start`, or of the end of the text. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') return at;
    if (text[at] === '\\') at += 1;
  }
  return text.length;
}

function readNumber(reader: Reader): JsonNode {
  const offset = reader.at;
  const word = reader.options.nonfinite_is_null === true ? matchHere(reader, /NaN|-?Infinity/y) : undefined;
  if (word !== undefined) {
    reader.at += word.length;
    return {kind: 'null', offset};
  }
  const text = matchHere(reader, /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  if (text === undefined) throw invalid(reader, 'a value', hintAt(reader));
  reader.at += text.length;
  return {kind: 'number', offset, value: Number(text), text};
}

function readWord(reader: Reader, word: string, node: JsonNode): JsonNode {
  if (!reader.text.startsWith(word, reader.at)) throw invalid(reader, 'a value');
  reader.at += word.length;
  return node;
}

function matchHere(reader: Reader, sticky: RegExp): string | undefined {
  sticky.lastIndex = reader.at;
  return sticky.exec(reader.text)?.[0];
}

function skipSpace(reader: Reader): void {
  while (' \t\r\n'.includes(reader.text[reader.at] ?? 'x')) reader.at += 1;
}

function expectCharacter(reader: Reader, character: string, words = `"${character}"`): void {
  if (reader.text[reader.at] !== character) throw invalid(reader, words);
  reader.at += 1;
}

function invalid(reader: Reader, expected: string, hint?: string): SidestepError {
  const found =
    reader.at < reader.text.length ? JSON.stringify(reader.text.slice(reader.at, reader.at + 20)) : 'its end';
  return new SidestepError({
    code: 'json/invalid',
    message: `${reader.options.file} is not valid JSON: expected ${expected} but found ${found}`,
    position: {file: reader.options.file, ...lineAndColumn(reader.text, reader.at)},
    ...(hint === undefined ? {} : {hint}),
  });
}

function duplicateKey(reader: Reader, key: string, offset: number): SidestepError {
  return new SidestepError({
    code: 'json/duplicate-key',
    message: `${reader.options.file} has the key ${JSON.stringify(key)} twice in one object`,
    position: {file: reader.options.file, ...lineAndColumn(reader.text, offset)},
  });
}
