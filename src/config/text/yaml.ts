import type {CST, Document, Node, Pair, Scalar, YAMLMap, YAMLParseError, YAMLSeq} from 'yaml';
import * as library from 'yaml';
import type {Problem} from '../../base/problem.js';
import type {Located, LocatedEntry, LocatedMap, Origin, Via} from './located.js';
import {problemAt} from './located.js';
import type {SourceText} from './source-text.js';
import {unquotedReferences} from './unquoted-reference.js';
import {isDerailing, syntaxProblems} from './yaml-syntax.js';

export interface ParsedYaml {
  /** Undefined for an empty file, or where nothing could be made of it. */
  readonly value: Located | undefined;
  readonly problems: readonly Problem[];
}

/** As many aliases as a large, honest file may have; a few lines of nested aliases reach it at once. */
const MAX_ALIASES = 10_000;
const MAX_NODES = 1_000_000;
/** Of those, how many aliases may make of a few lines. */
const MAX_EXPANDED = 100_000;
/** Deeper than any pipeline, shallower than the stack. */
const MAX_DEPTH = 100;
/** The parser keeps a mapping and its value as two levels, and composing what it read goes level by level. */
const MAX_PARSER_DEPTH = 2 * MAX_DEPTH + 20;

/**
 * YAML 1.2 to located values, with merge keys. Never throws: whatever is wrong is a problem with a position: syntax,
 * duplicate keys, unknown tags and anchors, a `%YAML 1.1` line, keys that are no texts, aliases without end.
 */
export function parseYaml(source: SourceText): ParsedYaml {
  const document = composed(source.text);
  if (typeof document === 'number') return {value: undefined, problems: [tooDeep(source, document)]};
  const found = [...document.errors, ...document.warnings];
  const reader = new Reader(source, document, new Set(found.map(({pos}) => pos[0])));
  const unquoted = found.length === 0 ? undefined : unquotedReferences(source, new library.Lexer());
  if (unquoted !== undefined) return {value: undefined, problems: [unquoted]};
  reader.problems.push(...syntaxProblems(source, found));
  // Where the parser lost its way, the rest of what it read is no reason for more errors.
  if (found.some(isDerailing)) return {value: undefined, problems: reader.problems};
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    reader.report(
      reader.originOf(0, source.text.indexOf('\n') === -1 ? source.text.length : source.text.indexOf('\n')),
      {
        code: 'config/yaml-version',
        message: `Expected YAML 1.2 but the file says %YAML ${document.directives.yaml.version}`,
        hint: 'Remove the line: in YAML 1.1 the word no is false and 010 is eight.',
      },
    );
  }
  const value = document.contents === null ? undefined : reader.read(document.contents as Node, []);
  const empty = value?.kind === 'scalar' && value.value === null && reader.problems.length === 0;
  return {value: empty ? undefined : value, problems: reader.problems};
}

/** The parser in its two steps: reading tokens needs no stack, composing nodes of them does. A number: too deep there. */
function composed(text: string): Document | number {
  const {Lexer, Parser, Composer, Document: EmptyDocument} = library;
  const parser = new Parser();
  const composer = new Composer({merge: true, prettyErrors: false, stringKeys: false, logLevel: 'error'});
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_PARSER_DEPTH) return parser.offset;
  }
  tokens.push(...parser.end());
  const [first, second] = composer.compose(tokens, true, text.length) as Iterable<Document>;
  if (first !== undefined && second !== undefined) first.errors.push(severalDocuments(second));
  return first ?? new EmptyDocument(null);
}

function severalDocuments(second: Document): YAMLParseError {
  const {YAMLParseError} = library;
  const [start, end] = second.range ?? [0, 1];
  return new YAMLParseError([start, Math.max(end, start + 1)], 'MULTIPLE_DOCS', 'several documents');
}

function tooDeep(source: SourceText, at: number): Problem {
  return problemAt(
    {source, start: at, end: at + 1, via: []},
    {
      code: 'config/too-large',
      message: `The file is nested more than ${MAX_DEPTH} levels deep`,
      hint: 'A pipeline needs fewer than ten. Was something else saved under this name?',
    },
  );
}

/** What each alias means: the last node before it that has the anchor. The library would search for each from the start. */
function aliasTargets(document: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  library.visit(document, {
    Node: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
  });
  return targets;
}

/** One walk over one document; a class because every step shares the counters and the list of problems. */
class Reader {
  readonly problems: Problem[] = [];
  private aliases = 0;
  private nodes = 0;
  private expanded = 0;
  private targets: ReadonlyMap<Node, Node> | undefined;
  private readonly open = new Set<Node>();
  private stopped = false;
  private readonly yaml = library;
  private readonly source: SourceText;
  private readonly document: Document;

  /** Where the parser could not read a value: that was reported, so what it made of it means nothing. */
  private readonly unread: ReadonlySet<number>;

  constructor(source: SourceText, document: Document, unread: ReadonlySet<number>) {
    this.source = source;
    this.document = document;
    this.unread = unread;
  }

  report(origin: Origin, words: {code: string; message: string; hint?: string}): void {
    this.problems.push(problemAt(origin, words));
  }

  originOf(start: number, end: number, via: readonly Via[] = []): Origin {
    return {source: this.source, start, end, via};
  }

  read(node: Node | null, via: readonly Via[]): Located | undefined {
    if (this.stopped) return undefined;
    const origin = this.origin(node, via);
    if (via.length > 0) this.expanded++;
    if (++this.nodes > MAX_NODES || this.expanded > MAX_EXPANDED || this.open.size > MAX_DEPTH) {
      this.stop(origin, 'config/too-large', 'The file is nested too deeply or expands to too much');
      return undefined;
    }
    if (node === null) return {kind: 'scalar', value: null, origin};
    if (this.yaml.isAlias(node)) return this.readAlias(node, via, origin);
    if (this.yaml.isScalar(node)) return this.readScalar(node, origin);
    this.open.add(node);
    const value = this.yaml.isMap(node) ? this.readMap(node, via, origin) : this.readList(node, via, origin);
    this.open.delete(node);
    return value;
  }

  private origin(node: Node | null, via: readonly Via[]): Origin {
    return this.originOf(node?.range?.[0] ?? 0, node === null ? 1 : this.endOf(node), via);
  }

  private stop(origin: Origin, code: string, message: string): void {
    this.stopped = true;
    this.report(origin, {code, message});
  }

  /** The node an alias names; undefined (reported) when there is none or it contains itself. */
  private target(node: Node, origin: Origin): Node | undefined {
    if (!this.yaml.isAlias(node)) return node;
    if (++this.aliases > MAX_ALIASES) {
      this.stop(origin, 'config/too-many-aliases', `Aliases are used more than ${MAX_ALIASES} times`);
      return undefined;
    }
    this.targets ??= aliasTargets(this.document);
    const target = this.targets.get(node);
    if (target === undefined) {
      this.report(origin, {
        code: 'config/unknown-anchor',
        message: `No anchor &${node.source} is before *${node.source}`,
        hint: 'A text that starts with * needs quotes, for instance "*.wav".',
      });
    } else if (this.open.has(target)) {
      this.report(origin, {code: 'config/endless-alias', message: `*${node.source} contains itself`});
      return undefined;
    }
    return target;
  }

  private readAlias(node: Node, via: readonly Via[], origin: Origin): Located | undefined {
    const target = this.target(node, origin);
    if (target === undefined) return {kind: 'scalar', value: null, origin, broken: true};
    return this.read(target, [...via, {origin, message: 'used here through an alias'}]);
  }

  private readScalar(node: Scalar, origin: Origin): Located {
    const {value} = node;
    if (this.unread.has(origin.start)) return {kind: 'scalar', value: null, origin, broken: true};
    if (typeof value === 'number' && /^[-+]?0[0-9]/.test(node.source ?? '')) {
      const decimal = String(value);
      this.report(origin, {
        code: 'config/ambiguous-number',
        message: `${node.source} reads as ${decimal} here but as an octal number elsewhere`,
        hint: `Write ${decimal}, or 0o${node.source!.replace(/^[-+]?0+/, '')} for the octal number, or put the text in quotes.`,
      });
    }
    if (typeof value === 'string') this.expectNoZero(value, origin);
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean'
    ) {
      const written = typeof value === 'string' ? undefined : node.source;
      return {kind: 'scalar', value, origin, ...(written === undefined ? {} : {written})};
    }
    if (typeof value === 'symbol') return {kind: 'scalar', value: node.source ?? '<<', origin};
    this.report(origin, {
      code: 'config/unknown-tag',
      message: `${node.tag ?? 'This tag'} has no meaning here`,
    });
    return {kind: 'scalar', value: null, origin, broken: true};
  }

  /** No path, argument or environment variable can hold it, and no other text of a pipeline needs it. */
  private expectNoZero(text: string, origin: Origin): void {
    if (!text.includes('\0')) return;
    this.report(origin, {
      code: 'config/null-character',
      message: 'The text holds a null character (U+0000), which no program can be handed',
      hint: 'Within double quotes \\0 writes one; write \\\\0 for a backslash and a zero, or use single quotes.',
    });
  }

  private readList(node: Node, via: readonly Via[], origin: Origin): Located {
    const items = this.yaml.isSeq(node) ? (node.items as unknown[]) : [];
    const read = items.map((item) => this.read(item as Node | null, via) ?? this.nothing(origin));
    return {kind: 'list', items: read, origin};
  }

  private nothing(origin: Origin): Located {
    return {kind: 'scalar', value: null, origin, broken: true};
  }

  /** Own keys win over merged ones; of several merged maps the first wins (YAML 1.1 merge keys). */
  private readMap(node: YAMLMap, via: readonly Via[], origin: Origin): LocatedMap {
    const entries = new Map<string, LocatedEntry>();
    const merges: Node[] = [];
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      if (this.isMergeKey(pair.key)) {
        if (merges.length > 0) this.reportSecondMerge(pair.key!, via);
        if (pair.value) merges.push(pair.value);
        continue;
      }
      const key = this.readKey(pair.key, via, origin);
      if (key !== undefined && !entries.has(key.text))
        entries.set(key.text, this.readEntry(pair, key.origin, via));
    }
    for (const merged of merges) {
      for (const [key, value] of this.merged(merged, via)) if (!entries.has(key)) entries.set(key, value);
    }
    return {kind: 'map', entries, origin};
  }

  private reportSecondMerge(key: Node, via: readonly Via[]): void {
    this.report(this.origin(key, via), {
      code: 'config/yaml-syntax',
      message: 'The key << occurs twice in one mapping',
      hint: 'Merge several mappings as a list: <<: [*first, *second]. The first one wins.',
    });
  }

  private readEntry(pair: Pair<Node | null, Node | null>, key: Origin, via: readonly Via[]): LocatedEntry {
    const value =
      pair.value === null
        ? ({kind: 'scalar', value: null, origin: key} as const)
        : this.read(pair.value, via);
    return {key, value: value ?? this.nothing(key)};
  }

  private readKey(
    key: Node | null,
    via: readonly Via[],
    map: Origin,
  ): {text: string; origin: Origin} | undefined {
    const origin = key === null ? map : this.origin(key, via);
    const target = key === null ? undefined : this.target(key, origin);
    if (this.yaml.isScalar(target) && target.value !== null && typeof target.value !== 'symbol') {
      const text = String(typeof target.value === 'string' ? target.value : (target.source ?? target.value));
      this.expectNoZero(text, origin);
      if (text !== '__proto__') return {text, origin};
      this.report(origin, {
        code: 'config/bad-name',
        message: 'Nothing can be called __proto__',
        hint: 'JavaScript keeps this one name for itself; choose another.',
      });
      return undefined;
    }
    if (!this.stopped && !(key !== null && this.yaml.isAlias(key) && target === undefined)) {
      this.report(origin, {
        code: 'config/bad-key',
        message: 'Expected a text as key',
        hint: 'A value that starts with { or [ needs quotes if it is a text.',
      });
    }
    return undefined;
  }

  private merged(node: Node, via: readonly Via[]): Iterable<[string, LocatedEntry]> {
    const origin = this.origin(node, via);
    const target = this.target(node, origin);
    if (target === undefined) return [];
    const steps = this.yaml.isAlias(node) ? [...via, {origin, message: 'merged here'}] : via;
    if (this.yaml.isSeq(target))
      return (target.items as Node[]).flatMap((item) => [...this.merged(item, steps)]);
    const value = this.yaml.isMap(target) ? this.read(target, steps) : undefined;
    if (value?.kind === 'map') return value.entries;
    this.report(origin, {code: 'config/bad-merge', message: 'Only mappings can be merged with <<'});
    return [];
  }

  /** Where a value's text ends. Of an indented one the parser also counts the line ends and comments that follow it. */
  private endOf(node: Node): number {
    const last = this.isIndented(node) ? node.items[node.items.length - 1] : undefined;
    const inner = this.yaml.isPair(last) ? (last.value ?? last.key) : last;
    return this.yaml.isNode(inner) ? this.endOf(inner) : (node.range?.[1] ?? 1);
  }

  private isIndented(node: Node): node is YAMLMap | YAMLSeq {
    return (this.yaml.isMap(node) || this.yaml.isSeq(node)) && node.flow !== true;
  }

  private isMergeKey(key: Node | null): boolean {
    if (!this.yaml.isScalar(key) || key.type === 'QUOTE_DOUBLE' || key.type === 'QUOTE_SINGLE') return false;
    return key.value === '<<' || typeof key.value === 'symbol';
  }
}
