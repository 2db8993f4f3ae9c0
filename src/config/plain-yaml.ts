import type {Located, LocatedEntry, LocatedMap, LocatedScalar, Origin} from './located.js';
import type {SourceText} from './source-text.js';

/**
 * Reads the plain kind of YAML that nearly every pipeline is: mappings and lists, indented or in brackets, with texts,
 * quoted texts, numbers, true, false and null on one line each, and comments. It takes a tenth of the time of a general
 * parser, and gives exactly what that would give, places included.
 *
 * Whatever is more than that or might be wrong (an anchor, a tag, a block text, a key that occurs twice, a tab, any
 * doubt) gives undefined: then the general parser reads the file, and says what is wrong with it.
 */
export function readPlainYaml(source: SourceText): LocatedMap | undefined {
  const {text} = source;
  if (text.length > MAX_LENGTH || STRANGE.test(text)) return undefined;
  try {
    const reader = new PlainReader(source);
    const first = reader.nextLine(0);
    if (first?.indent !== 0) return undefined;
    const map = reader.blockMap(first, 0);
    return reader.nextLine(map.after) === undefined ? map.value : undefined;
  } catch (error) {
    if (error === DOUBT) return undefined;
    throw error;
  }
}

/** Larger files, and deeper ones, are left to the parser that counts what it reads. */
const MAX_LENGTH = 2_000_000;
const MAX_DEPTH = 40;

/** Characters that YAML treats in ways of its own: control characters and tabs, other line ends, a byte order mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STRANGE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]|^(?:---|\.\.\.|%)/m;

/** Thrown where the general parser must decide. */
const DOUBT = Symbol('doubt');

function doubt(): never {
  throw DOUBT;
}

/** Where a line's content starts. */
interface Line {
  readonly at: number;
  /** Columns before it. */
  readonly indent: number;
}

interface Read<T extends Located = Located> {
  readonly value: T;
  /** The offset behind it. */
  readonly after: number;
}

const KEY = /([A-Za-z_][\w.-]*)(?=:[ \n]|:$)|"([^"\\\n]*)"(?=:[ \n]|:$)/y;
/** Starts with none of YAML's indicators; ends before `: ` and ` #`. */
const BLOCK_TEXT = /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|[?:-](?=[^\s]))(?:[^\n:#]|:(?=[^\s])|(?<=[^\s])#)*/y;
const FLOW_TEXT =
  /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|[?:-](?=[^\s,[\]{}]))(?:[^\n:#,[\]{}]|:(?=[^\s,[\]{}])|(?<=[^\s])#)*/y;
const DOUBLE_QUOTED = /"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;
const SINGLE_QUOTED = /'(?:[^'\n]|'')*'(?!')/y;
const REST_OF_LINE = / *(?: #[^\n]*|(?<=\n|^)#[^\n]*)?(?:\n|$)/y;
const BLANK = /(?: |\n|(?<= |\n)#[^\n]*)*/y;

const NOT_KEYS = new Set(['null', 'Null', 'NULL']);

class PlainReader {
  readonly #source: SourceText;
  readonly #text: string;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  /** The next line with something on it, from the start of a line on; undefined at the end. */
  nextLine(from: number): Line | undefined {
    let start = from;
    while (start < this.#text.length) {
      let at = start;
      while (this.#text[at] === ' ') at += 1;
      if (at >= this.#text.length) return undefined;
      if (this.#text[at] !== '\n' && this.#text[at] !== '#') return {at, indent: at - start};
      const end = this.#text.indexOf('\n', at);
      if (end === -1) return undefined;
      start = end + 1;
    }
    return undefined;
  }

  /** Lines of `key: value` that start in one column. `after` is the start of the line behind it. */
  blockMap(first: Line, depth: number): Read<LocatedMap> {
    const entries = new Map<string, LocatedEntry>();
    let line: Line | undefined = first;
    let after = first.at;
    let end = first.at;
    while (line !== undefined && line.indent === first.indent) {
      if (this.#text.startsWith('- ', line.at)) doubt();
      const key = this.#key(line.at);
      if (entries.has(key.text)) doubt();
      const read = this.#blockValue(key.after, line.indent, depth);
      entries.set(key.text, {key: key.origin, value: read.value});
      end = read.value.origin.end;
      after = read.after;
      line = this.nextLine(after);
    }
    if (line !== undefined && line.indent > first.indent) doubt();
    return {value: {kind: 'map', entries, origin: this.#origin(first.at, end)}, after};
  }

  #blockList(first: Line, depth: number): Read {
    const items: Located[] = [];
    let line: Line | undefined = first;
    let after = first.at;
    while (line !== undefined && line.indent === first.indent && this.#isItem(line.at)) {
      const read = this.#blockItem(line, depth);
      items.push(read.value);
      after = read.after;
      line = this.nextLine(after);
    }
    if (line !== undefined && line.indent > first.indent) doubt();
    const end = items[items.length - 1]!.origin.end;
    return {value: {kind: 'list', items, origin: this.#origin(first.at, end)}, after};
  }

  #isItem(at: number): boolean {
    return this.#text.startsWith('- ', at);
  }

  #blockItem({at, indent}: Line, depth: number): Read {
    let inner = at + 1;
    while (this.#text[inner] === ' ') inner += 1;
    if (this.#isItem(inner) || this.#text[inner] === '\n' || this.#text[inner] === '#') doubt();
    KEY.lastIndex = inner;
    if (KEY.test(this.#text))
      return this.blockMap({at: inner, indent: indent + inner - at}, this.#deeper(depth));
    return this.#lastOnLine(inner, indent, depth);
  }

  #key(at: number): {text: string; origin: Origin; after: number} {
    KEY.lastIndex = at;
    const match = KEY.exec(this.#text);
    const text = match?.[1] ?? match?.[2];
    if (match === null || text === undefined || NOT_KEYS.has(text) || text.length > 500) return doubt();
    return {text, origin: this.#origin(at, KEY.lastIndex), after: KEY.lastIndex + 1};
  }

  /** What stands behind `key:`, on its line or below it. */
  #blockValue(from: number, indent: number, depth: number): Read {
    let at = from;
    while (this.#text[at] === ' ') at += 1;
    if (at < this.#text.length && this.#text[at] !== '\n' && this.#text[at] !== '#')
      return this.#lastOnLine(at, indent, depth);
    const line = this.nextLine(this.#lineEnd(from));
    if (line === undefined) return doubt();
    if (this.#isItem(line.at) && line.indent >= indent) return this.#blockList(line, this.#deeper(depth));
    if (line.indent <= indent) return doubt(); // a key without a value
    return this.blockMap(line, this.#deeper(depth));
  }

  /** A value with nothing but a comment behind it; the next line must not go on with it. */
  #lastOnLine(at: number, indent: number, depth: number): Read {
    const opening = this.#text[at];
    const read =
      opening === '{' || opening === '[' ? this.#flow(at, indent, depth) : this.#scalar(at, BLOCK_TEXT);
    const after = this.#lineEnd(read.after);
    const next = this.nextLine(after);
    if (next !== undefined && next.indent > indent) doubt();
    return {value: read.value, after};
  }

  #flow(at: number, indent: number, depth: number): Read {
    const inner = this.#deeper(depth);
    return this.#text[at] === '{' ? this.#flowMap(at, indent, inner) : this.#flowList(at, indent, inner);
  }

  #flowMap(start: number, indent: number, depth: number): Read {
    const entries = new Map<string, LocatedEntry>();
    let at = this.#skipBlank(start + 1, indent);
    while (this.#text[at] !== '}') {
      const key = this.#key(at);
      if (entries.has(key.text)) doubt();
      const read = this.#flowValue(this.#skipBlank(key.after, indent), indent, depth);
      entries.set(key.text, {key: key.origin, value: read.value});
      at = this.#behindMember(read.after, '}', indent);
    }
    return {value: {kind: 'map', entries, origin: this.#origin(start, at + 1)}, after: at + 1};
  }

  #flowList(start: number, indent: number, depth: number): Read {
    const items: Located[] = [];
    let at = this.#skipBlank(start + 1, indent);
    while (this.#text[at] !== ']') {
      const read = this.#flowValue(at, indent, depth);
      items.push(read.value);
      at = this.#behindMember(read.after, ']', indent);
    }
    return {value: {kind: 'list', items, origin: this.#origin(start, at + 1)}, after: at + 1};
  }

  /** Behind the comma, or at the closing bracket. */
  #behindMember(from: number, closing: string, indent: number): number {
    const at = this.#skipBlank(from, indent);
    if (this.#text[at] === closing) return at;
    if (this.#text[at] !== ',') doubt();
    const next = this.#skipBlank(at + 1, indent);
    return this.#text[next] === closing ? doubt() : next;
  }

  #flowValue(at: number, indent: number, depth: number): Read {
    const opening = this.#text[at];
    return opening === '{' || opening === '[' ? this.#flow(at, indent, depth) : this.#scalar(at, FLOW_TEXT);
  }

  #scalar(at: number, plainText: RegExp): Read<LocatedScalar> {
    const opening = this.#text[at];
    const pattern = opening === '"' ? DOUBLE_QUOTED : opening === "'" ? SINGLE_QUOTED : plainText;
    pattern.lastIndex = at;
    const match = pattern.exec(this.#text);
    if (match === null) return doubt();
    const written = match[0].trimEnd();
    const after = at + written.length;
    if (this.#text[after] === ':') doubt(); // a key where a value should be
    return {value: {kind: 'scalar', value: meaningOf(written), origin: this.#origin(at, after)}, after};
  }

  /** Blanks, line ends and comments inside brackets; lines must stay further in than what the brackets belong to. */
  #skipBlank(from: number, indent: number): number {
    BLANK.lastIndex = from;
    BLANK.test(this.#text);
    const at = BLANK.lastIndex;
    if (at >= this.#text.length) doubt();
    const lineStart = this.#text.lastIndexOf('\n', at - 1) + 1;
    if (lineStart > from && at - lineStart <= indent) doubt();
    return at;
  }

  /** The start of the next line, when nothing but a comment stands before it. */
  #lineEnd(from: number): number {
    REST_OF_LINE.lastIndex = from;
    if (!REST_OF_LINE.test(this.#text)) doubt();
    return REST_OF_LINE.lastIndex;
  }

  #deeper(depth: number): number {
    return depth < MAX_DEPTH ? depth + 1 : doubt();
  }

  #origin(start: number, end: number): Origin {
    return {source: this.#source, start, end, via: []};
  }
}

const NUMBER = /^(?!-0)[-+]?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
/** The other forms that YAML 1.2 reads as numbers or as null. */
const OTHERWISE_SPECIAL =
  /^(?:~|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?|0o[0-7]+|0x[\da-f]+|[-+]?\.inf|\.nan)$/i;
const WORDS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
  null: null,
  Null: null,
  NULL: null,
};

/** By the core schema of YAML 1.2. */
function meaningOf(written: string): string | number | boolean | null {
  if (written.startsWith('"')) return JSON.parse(written) as string; // the escapes let through are JSON's too
  if (written.startsWith("'")) return written.slice(1, -1).replaceAll("''", "'");
  if (Object.hasOwn(WORDS, written)) return WORDS[written]!;
  if (NUMBER.test(written)) return Number(written);
  return OTHERWISE_SPECIAL.test(written) ? doubt() : written;
}
