import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {hasReference, printPieces, type TextPiece, textPieces} from '../base/reference.js';
import {
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  member,
  type Origin,
  problemAt,
  textOf,
} from './text/located.js';
import {sourceText} from './text/source-text.js';
import {parseYaml} from './text/yaml.js';

/** What `${…}` may refer to at some place of the file. */
export interface Scope {
  /** Already resolved themselves. */
  readonly vars: LocatedMap | undefined;
  /** Values of the variables listed under `env:`. */
  readonly env: Readonly<Record<string, string>>;
  /** Values of this stage instance; undefined outside a matrix. */
  readonly matrix: ReadonlyMap<string, Located> | undefined;
  /** Names a `${stages.…}` may start with; undefined where stages cannot be used. */
  readonly stages: ReadonlySet<string> | undefined;
  /**
   * First words that are left in the text for later, such as a command's `inputs`. Where there are any, the result is
   * again a text with references: all else that looks like one is escaped in it.
   */
  readonly later: ReadonlySet<string>;
  /** Names under `secrets:`. */
  readonly secrets: ReadonlySet<string>;
  /** What may still be produced: variables can double each other without end. */
  readonly budget: {nodes: number; characters: number};
}

export function newBudget(): Scope['budget'] {
  return {nodes: 1_000_000, characters: 10_000_000};
}

/**
 * Replaces references by what they refer to. A reference that is a whole value keeps its type; within a text it becomes
 * text. References to stages stay as they are: `finishParams` tags them. What cannot be resolved is reported once.
 */
export function interpolate(located: Located, scope: Scope, problems: Problem[]): Located {
  switch (located.kind) {
    case 'scalar':
      return hasReference(located.value) ? interpolateText(located, scope, problems) : located;
    case 'list':
      return {...located, items: located.items.map((item) => interpolate(item, scope, problems))};
    case 'map':
      return interpolateMap(located, scope, problems);
  }
}

export function interpolateMap(map: LocatedMap, scope: Scope, problems: Problem[]): LocatedMap {
  const entries = new Map<string, LocatedEntry>();
  for (const [key, entry] of map.entries) {
    entries.set(key, {...entry, value: interpolate(entry.value, scope, problems)});
  }
  return {...map, entries};
}

function interpolateText(scalar: LocatedScalar, scope: Scope, problems: Problem[]): Located {
  const pieces = textPieces(scalar.value as string);
  const misused = pieces.flatMap((piece) => secretProblem(piece, scalar, scope) ?? []);
  if (misused.length > 0) {
    problems.push(...misused);
    return {...scalar, broken: true};
  }
  const only = pieces.length === 1 ? pieces[0]! : undefined;
  if (only?.kind === 'reference') return resolveAlone(only, scalar, scope, problems);
  const resolved = pieces.map((piece) => resolveWithinText(piece, scalar, scope, problems));
  if (resolved.includes(undefined)) return {...scalar, broken: true};
  return {...scalar, value: joined(resolved as TextPiece[], scope)};
}

function joined(pieces: readonly TextPiece[], scope: Scope): string {
  if (scope.later.size > 0) return printPieces(pieces);
  return pieces.map((piece) => (piece.kind === 'literal' ? piece.text : piece.raw)).join('');
}

type ReferencePiece = Extract<TextPiece, {kind: 'reference'}>;

function resolveAlone(
  piece: ReferencePiece,
  scalar: LocatedScalar,
  scope: Scope,
  problems: Problem[],
): Located {
  if (staysForLater(piece, scope)) {
    return piece.words[0] === 'stages' ? {...scalar, refers: piece.words.slice(1)} : scalar;
  }
  const target = lookUp(piece, pieceOrigin(scalar, piece), scope, problems);
  return target === undefined ? {...scalar, broken: true} : usedAt(target, scalar.origin, scope);
}

/** A secret may be used where it reaches a program and nothing else, and only when the file says that it is one. */
function secretProblem(piece: TextPiece, scalar: LocatedScalar, scope: Scope): Problem | undefined {
  if (piece.kind !== 'reference' || piece.words[0] !== 'secrets') return undefined;
  const origin = pieceOrigin(scalar, piece);
  const name = piece.words.slice(1).join('.');
  if (!scope.later.has('secrets')) {
    return problemAt(origin, {
      code: 'config/unknown-reference',
      message: `${piece.raw} cannot be used here: secrets reach programs only`,
      hint: 'Use it in the `environment` of a `command` stage.',
    });
  }
  if (scope.secrets.has(name)) return undefined;
  return problemAt(origin, {
    code: 'config/unknown-reference',
    message: `No secret is named ${name}`,
    hint: didYouMean(name, [...scope.secrets]) ?? 'List it under `secrets:`.',
  });
}

/** What one piece stands for, itself where that is decided later; undefined when it was reported that it is nothing. */
function resolveWithinText(
  piece: TextPiece,
  scalar: LocatedScalar,
  scope: Scope,
  problems: Problem[],
): TextPiece | undefined {
  if (piece.kind === 'literal') return piece;
  const origin = pieceOrigin(scalar, piece);
  const report = (message: string, hint?: string) => {
    problems.push(problemAt(origin, {code: 'config/bad-reference', message, hint}));
    return undefined;
  };
  if (piece.kind === 'malformed') {
    return report(
      `${piece.raw} is no reference: ${piece.reason}`,
      'Write $${ for the two characters themselves.',
    );
  }
  if (staysForLater(piece, scope)) {
    if (piece.words[0] !== 'stages') return piece;
    return report(`${piece.raw} must be the whole value, not a part of a text`);
  }
  const target = lookUp(piece, origin, scope, problems);
  if (target === undefined) return undefined;
  if (target.kind !== 'scalar')
    return report(`${piece.raw} is a ${target.kind}, which cannot be a part of a text`);
  const text = textOf(target);
  scope.budget.characters -= text.length;
  return scope.budget.characters < 0 ? report('References expand to too much text') : {kind: 'literal', text};
}

function staysForLater(piece: ReferencePiece, scope: Scope): boolean {
  const root = piece.words[0]!;
  return scope.later.has(root) || (root === 'stages' && scope.stages !== undefined);
}

function lookUp(
  piece: ReferencePiece,
  origin: Origin,
  scope: Scope,
  problems: Problem[],
): Located | undefined {
  const [root, name, ...path] = piece.words as [string, string, ...string[]];
  const unknown = (what: string, known: Iterable<string>, fallback: string) => {
    const names = [...known];
    const message = `No ${what} is named ${name}${names.length > 0 ? `; there are ${listed(names)}` : ''}`;
    problems.push(
      problemAt(origin, {
        code: 'config/unknown-reference',
        message,
        hint: didYouMean(name, names) ?? fallback,
      }),
    );
    return undefined;
  };
  switch (root) {
    case 'vars': {
      const found = member(scope.vars, name);
      if (!found) return unknown('variable', scope.vars?.entries.keys() ?? [], 'Add it under `vars:`.');
      return descend(found, path, piece, origin, problems);
    }
    case 'env': {
      const value = Object.hasOwn(scope.env, name) ? scope.env[name] : undefined;
      if (value === undefined)
        return unknown('environment variable', Object.keys(scope.env), 'List it under `env:`.');
      return descend(variableValue(name, value, origin), path, piece, origin, problems);
    }
    case 'matrix': {
      const found = scope.matrix?.get(name);
      if (!found)
        return unknown('matrix value', scope.matrix?.keys() ?? [], 'Add it under the stage’s `matrix:`.');
      return descend(found, path, piece, origin, problems);
    }
    default: {
      const known = ['vars', 'env', 'matrix', 'stages'];
      const message =
        root === 'stages'
          ? `${piece.raw} cannot be used here`
          : `${piece.raw} refers to nothing; known are ${known.join(', ')}`;
      const hint =
        root === 'stages' ? 'Stages can be used in the parameters of stages.' : didYouMean(root, known);
      problems.push(problemAt(origin, {code: 'config/unknown-reference', message, hint}));
      return undefined;
    }
  }
}

function descend(
  found: Located,
  path: readonly string[],
  piece: ReferencePiece,
  origin: Origin,
  problems: Problem[],
): Located | undefined {
  let at: Located | undefined = found;
  for (const word of path) {
    const inner: Located | undefined = at.kind === 'list' ? at.items[Number(word)] : member(at, word);
    if (inner === undefined) {
      const known = at.kind === 'map' ? [...at.entries.keys()] : [];
      const message = `${piece.raw} has no ${word}`;
      problems.push(
        problemAt(origin, {code: 'config/unknown-reference', message, hint: didYouMean(word, known)}),
      );
      return undefined;
    }
    at = inner;
  }
  return at.kind === 'scalar' && at.broken ? undefined : at;
}

/** Numbers, true and false mean in a variable of the environment what they mean in the file and after `--set`. */
function variableValue(name: string, text: string, origin: Origin): LocatedScalar {
  const read = /^[-+.0-9tTfF]/.test(text) ? parseYaml(sourceText(name, text)) : undefined; // quick for paths and words
  const {value} = read ?? {};
  const typed =
    read?.problems.length === 0 &&
    value?.kind === 'scalar' &&
    (typeof value.value === 'number' || typeof value.value === 'boolean') &&
    value.written === text;
  return typed
    ? {kind: 'scalar', value: value.value, written: text, variable: name, origin}
    : {kind: 'scalar', value: text, variable: name, origin};
}

/** A scalar is blamed where it is used and says where it comes from; inside lists and mappings it is the other way round. */
function usedAt(target: Located, place: Origin, scope: Scope): Located {
  if (target.kind === 'scalar') {
    const via =
      target.origin.start === place.start
        ? []
        : [{origin: target.origin, message: 'its value is written here'}];
    return {...target, value: template(target.value, scope), origin: {...place, via: [...place.via, ...via]}};
  }
  return copyUsedAt(target, place, scope);
}

function copyUsedAt(target: Located, place: Origin, scope: Scope): Located {
  const origin = {...target.origin, via: [...target.origin.via, {origin: place, message: 'used here'}]};
  if (--scope.budget.nodes < 0) return {kind: 'scalar', value: null, origin, broken: true};
  switch (target.kind) {
    case 'scalar':
      return {...target, value: template(target.value, scope), origin};
    case 'list':
      return {...target, origin, items: target.items.map((item) => copyUsedAt(item, place, scope))};
    case 'map': {
      const entries = [...target.entries].map(
        ([key, {key: keyOrigin, value}]) =>
          [key, {key: keyOrigin, value: copyUsedAt(value, place, scope)}] as const,
      );
      return {...target, origin, entries: new Map(entries)};
    }
  }
}

/** The same texts for a place where references are filled in later: what looks like one there is escaped. */
export function asTemplate(located: Located): Located {
  switch (located.kind) {
    case 'scalar':
      return {...located, value: template(located.value, {later: new Set(['inputs'])})};
    case 'list':
      return {...located, items: located.items.map(asTemplate)};
    case 'map': {
      const entries = [...located.entries].map(([key, entry]): [string, LocatedEntry] => [
        key,
        {...entry, value: asTemplate(entry.value)},
      ]);
      return {...located, entries: new Map(entries)};
    }
  }
}

function template(value: LocatedScalar['value'], {later}: Pick<Scope, 'later'>): LocatedScalar['value'] {
  return typeof value === 'string' && later.size > 0 ? printPieces([{kind: 'literal', text: value}]) : value;
}

/** The characters of one reference within its text; the whole text where escapes hide them. */
export function pieceOrigin(scalar: LocatedScalar, piece: {readonly raw: string}): Origin {
  const {source, start, end} = scalar.origin;
  const at = source.text.slice(start, end).indexOf(piece.raw);
  return at === -1
    ? scalar.origin
    : {...scalar.origin, start: start + at, end: start + at + piece.raw.length};
}
