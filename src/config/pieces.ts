import {dirname} from 'node:path';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {printPieces, textPieces} from '../base/reference.js';
import {check, isAbsence} from './check/check.js';
import {mergedDocuments} from './merged-documents.js';
import {
  emptyMap,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  member,
  type Origin,
  problemAt,
} from './text/located.js';
import {sourceText} from './text/source-text.js';
import {parseYaml} from './text/yaml.js';
import {absolutePath} from './user/settings.js';

/** Texts of included files by absolute path, or why one could not be read. */
export type IncludedTexts = ReadonlyMap<string, string | Problem>;

/** Paths of the files that a text includes, wrong ones left out: a document that includes nothing is not parsed for it. */
export function includedFiles(file: string, text: string): string[] {
  if (!text.includes('include')) return [];
  const {value} = parseYaml(sourceText(file, text));
  return value === undefined ? [] : includesOf(value, file).map(({path}) => path);
}

interface Include {
  readonly path: string;
  readonly origin: Origin;
  /** Before all names of the piece. */
  readonly as: LocatedScalar | undefined;
  readonly with: LocatedMap | undefined;
}

function includesOf(document: Located, file: string): Include[] {
  const list = member(document, 'include');
  return (list?.kind === 'list' ? list.items : []).flatMap((item) => {
    const named = item.kind === 'map' ? member(item, 'file') : item;
    if (named?.kind !== 'scalar' || typeof named.value !== 'string') return [];
    const [as, values] = [member(item, 'as'), member(item, 'with')];
    return {
      path: absolutePath(named.value, dirname(file)),
      origin: named.origin,
      as: as?.kind === 'scalar' && typeof as.value === 'string' ? as : undefined,
      with: values?.kind === 'map' ? values : undefined,
    };
  });
}

interface Composing {
  readonly texts: IncludedTexts;
  readonly problems: Problem[];
}

/**
 * Pure: a document with its pieces below it, theirs below them. What a document says itself is above what it includes.
 * A piece keeps the places of its own file.
 */
export function withPieces(
  document: Located,
  file: string,
  texts: IncludedTexts,
  problems: Problem[],
): Located {
  return composed(document, [file], {texts, problems});
}

/** `chain`: the files that lead here, each included by the one before. */
function composed(document: Located, chain: readonly string[], context: Composing): Located {
  const owners = new Map<string, Origin>();
  let below: Located | undefined;
  for (const include of includesOf(document, chain.at(-1)!)) {
    const piece = pieceOf(include, chain, context);
    if (piece === undefined) continue;
    context.problems.push(...twice(piece, include, owners));
    below = below === undefined ? piece : mergedDocuments(below, piece);
  }
  return below === undefined ? document : mergedDocuments(below, document);
}

function pieceOf(include: Include, chain: readonly string[], context: Composing): Located | undefined {
  const {path, origin} = include;
  const report = (words: {code: string; message: string; hint?: string | undefined}) => {
    context.problems.push(problemAt(origin, words));
    return undefined;
  };
  if (chain.includes(path)) {
    const circle = [...chain.slice(chain.indexOf(path)), path].join(' → ');
    return report({code: 'config/circular-include', message: `Files include each other: ${circle}`});
  }
  const text = context.texts.get(path);
  if (typeof text !== 'string') {
    const {code, message, hint} = text ?? {code: 'file/missing', message: `${path} was not read`};
    return report({
      code,
      message,
      hint: hint ?? 'The path starts from the folder of the file that includes it.',
    });
  }
  const {value, problems} = parseYaml(sourceText(path, text));
  context.problems.push(...problems);
  if (value?.kind !== 'map')
    return problems.length > 0
      ? undefined
      : report({code: 'config/empty', message: `There is nothing in ${path}`});
  context.problems.push(...shapeProblems(value));
  return fitted(asPiece(composed(value, [...chain, path], context)), include, context.problems);
}

/** What a document says of itself alone. */
const OWN = new Set(['name', 'description', 'include', 'sidestep']);

function asPiece(document: Located): Located {
  if (document.kind !== 'map') return document;
  return {...document, entries: new Map([...document.entries].filter(([key]) => !OWN.has(key)))};
}

/** Of what does not reach the whole: the rest is checked there, once. */
function shapeProblems(piece: LocatedMap): Problem[] {
  const own = [...piece.entries].filter(([key]) => key === 'include' || key === 'sidestep');
  return check('pipeline', {...piece, entries: new Map(own)}, {ignore: isAbsence});
}

/** One stage of two pieces would be neither's. */
function twice(piece: Located, {origin}: Include, owners: Map<string, Origin>): Problem[] {
  const stages = member(piece, 'stages');
  const names = stages?.kind === 'map' ? [...stages.entries.keys()] : [];
  const problems = names.flatMap((name) => {
    const first = owners.get(name);
    if (first === undefined) return [];
    const place = {...origin, via: [...origin.via, {origin: first, message: 'it comes from here too'}]};
    return [
      problemAt(place, {
        code: 'config/stage-included-twice',
        message: `Two included files have a stage ${name}`,
        hint: 'Include one of them under a name: {file: …, as: other}; its stages are then called other-NAME.',
      }),
    ];
  });
  for (const name of names) owners.set(name, owners.get(name) ?? origin);
  return problems;
}

/** A piece as it is included: with the values it is given, and its names behind the one it goes by. */
function fitted(piece: Located, include: Include, problems: Problem[]): Located {
  const declared = keysOf(member(piece, 'vars'));
  const given = include.with?.entries ?? new Map<string, LocatedEntry>();
  const usable = [...new Set([...declared, ...usedVars(piece)])];
  for (const [name, {key}] of given) {
    if (usable.includes(name)) continue;
    const message = `The file has no variable ${name}${usable.length > 0 ? `; it has ${listed(usable)}` : ''}`;
    problems.push(
      problemAt(key, {code: 'config/unknown-parameter', message, hint: didYouMean(name, usable)}),
    );
  }
  const prefix = include.as === undefined ? '' : `${String(include.as.value)}-`;
  const names: Names = {
    prefix,
    stages: new Set(keysOf(member(piece, 'stages'))),
    vars: new Set([...declared, ...given.keys()]),
  };
  const own = prefix === '' ? piece : prefixed(piece, names);
  if (given.size === 0 || own.kind !== 'map') return own;
  const values = new Map([...given].map(([name, entry]) => [`${prefix}${name}`, entry]));
  const vars: LocatedMap = {...emptyMap(include.origin), entries: values};
  const over: LocatedMap = {
    ...emptyMap(include.origin),
    entries: new Map([['vars', {key: include.origin, value: vars}]]),
  };
  return mergedDocuments(own, over);
}

interface Names {
  readonly prefix: string;
  readonly stages: ReadonlySet<string>;
  readonly vars: ReadonlySet<string>;
}

function keysOf(value: Located | undefined): string[] {
  return value?.kind === 'map' ? [...value.entries.keys()] : [];
}

function usedVars(value: Located): string[] {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value !== 'string'
        ? []
        : textPieces(value.value).flatMap((piece) =>
            piece.kind === 'reference' && piece.words[0] === 'vars' ? [piece.words[1]!] : [],
          );
    case 'list':
      return value.items.flatMap(usedVars);
    case 'map':
      return [...value.entries.values()].flatMap((entry) => usedVars(entry.value));
  }
}

function prefixed(piece: Located, names: Names): Located {
  if (piece.kind !== 'map') return piece;
  const entries = [...piece.entries].map(([key, entry]): [string, LocatedEntry] => {
    const value = renamedIn(entry.value, names);
    if (key === 'vars') return [key, {...entry, value: keysPrefixed(value, names.prefix)}];
    if (key === 'stages')
      return [key, {...entry, value: keysPrefixed(withNeeds(value, names), names.prefix)}];
    return [key, {...entry, value}];
  });
  return {...piece, entries: new Map(entries)};
}

function keysPrefixed(value: Located, prefix: string): Located {
  if (value.kind !== 'map') return value;
  return {...value, entries: new Map([...value.entries].map(([key, entry]) => [`${prefix}${key}`, entry]))};
}

/** References to what the piece has itself; all else is the including file's. */
function renamedIn(value: Located, names: Names): Located {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string' && value.value.includes('${')
        ? renamedText(value, names)
        : value;
    case 'list':
      return {...value, items: value.items.map((item) => renamedIn(item, names))};
    case 'map': {
      const entries = [...value.entries].map(
        ([key, entry]) => [key, {...entry, value: renamedIn(entry.value, names)}] as const,
      );
      return {...value, entries: new Map(entries)};
    }
  }
}

function renamedText(scalar: LocatedScalar, {prefix, stages, vars}: Names): LocatedScalar {
  const pieces = textPieces(String(scalar.value)).map((piece) => {
    if (piece.kind !== 'reference') return piece;
    const [root, name, ...rest] = piece.words as [string, string, ...string[]];
    const own = root === 'stages' ? stages : root === 'vars' ? vars : undefined;
    if (own?.has(name) !== true) return piece;
    const words = [root, `${prefix}${name}`, ...rest];
    return {...piece, words, raw: `\${${words.join('.')}}`};
  });
  if (pieces.some(({kind}) => kind === 'malformed')) return scalar; // reported where it is resolved
  return {...scalar, value: printPieces(pieces)};
}

/** `needs` names stages without `${…}`. */
function withNeeds(stages: Located, names: Names): Located {
  if (stages.kind !== 'map') return stages;
  const entries = [...stages.entries].map(([name, entry]): [string, LocatedEntry] => {
    const needs = member(entry.value, 'needs');
    if (entry.value.kind !== 'map' || needs?.kind !== 'list') return [name, entry];
    const items = needs.items.map((item) =>
      item.kind === 'scalar' && names.stages.has(String(item.value))
        ? {...item, value: `${names.prefix}${String(item.value)}`}
        : item,
    );
    const body = new Map(entry.value.entries);
    body.set('needs', {...body.get('needs')!, value: {...needs, items}});
    return [name, {...entry, value: {...entry.value, entries: body}}];
  });
  return {...stages, entries: new Map(entries)};
}
