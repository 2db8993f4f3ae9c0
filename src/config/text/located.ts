import type {Problem, SourcePosition} from '../../base/problem.js';
import {codeFrame} from './code-frame.js';
import {positionOf, type SourceText} from './source-text.js';

/** Where a value was written, and through which alias, merge key or variable it got to its place. */
export interface Origin {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
  readonly via: readonly Via[];
}
export interface Via {
  readonly origin: Origin;
  readonly message: string;
}

/** A value of a YAML file with its place. Aliases and merge keys are resolved: no two values are one object. */
export type Located = LocatedScalar | LocatedList | LocatedMap;
export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly origin: Origin;
  /** The characters of a number, true, false or null as they were written: `1.10`, `0x1F`. */
  readonly written?: string;
  /** The environment variable that it is the value of. Such a number or true may be where a text belongs. */
  readonly variable?: string;
  /** Set when a reference in it could not be resolved: that was reported, the value means nothing. */
  readonly broken?: true;
  /** `${stages.a.b}` as `[a, b]`. */
  readonly refers?: readonly string[];
  /** No one wrote it: it is the variant that the schema takes by default. */
  readonly implied?: true;
}
export interface LocatedList {
  readonly kind: 'list';
  readonly items: readonly Located[];
  readonly origin: Origin;
}
export interface LocatedMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly origin: Origin;
}
export interface LocatedEntry {
  readonly key: Origin;
  readonly value: Located;
}

export type Plain = null | boolean | number | string | Plain[] | {[key: string]: Plain};

/** The bare value, a fresh copy. */
export function plain(located: Located): Plain {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(plain);
    case 'map': {
      const object: {[key: string]: Plain} = {};
      for (const [key, {value}] of located.entries) define(object, key, plain(value));
      return object;
    }
  }
}

/** A scalar within a text: the characters as written, so that `1.10` stays what it is; nothing for null. */
export function textOf({value, written}: LocatedScalar): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : (written ?? String(value));
}

/** Sets an own property even for `__proto__`, which plain assignment would not. */
export function define<T>(object: {[key: string]: T}, key: string, value: T): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, {value, enumerable: true, writable: true, configurable: true});
}

export function member(located: Located | undefined, key: string): Located | undefined {
  return entry(located, key)?.value;
}

export function entry(located: Located | undefined, key: string): LocatedEntry | undefined {
  return located?.kind === 'map' ? located.entries.get(key) : undefined;
}

export function emptyMap(origin: Origin): LocatedMap {
  return {kind: 'map', entries: new Map(), origin};
}

export function positionAt(origin: Origin): SourcePosition {
  return positionOf(origin.source, origin.start, origin.end);
}

/** What is found while a document is read: what stops it, and what is allowed but surely not meant. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** Makes a problem at a place, with the lines around it and the way that led there. */
export function problemAt(
  origin: Origin,
  {code, message, hint}: {code: string; message: string; hint?: string | undefined},
): Problem {
  const position = positionAt(origin);
  const related = origin.via.map((step) => ({position: positionAt(step.origin), message: step.message}));
  return {
    code,
    message,
    position,
    frame: codeFrame(origin.source, position),
    ...(hint === undefined ? {} : {hint}),
    ...(related.length === 0 ? {} : {related}),
  };
}

/** Removes repetitions (an error in a shared anchor or preset is one error) and puts problems in reading order. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const {file, line, column} = problem.position ?? {file: '', line: 0, column: 0};
    const key = JSON.stringify([file, line, column, problem.code, problem.message]);
    if (!seen.get(key)?.hint) seen.set(key, problem);
  }
  const files = [...new Set([...seen.values()].map(({position}) => position?.file ?? ''))];
  const rank = ({position}: Problem) => [
    files.indexOf(position?.file ?? ''),
    position?.line ?? 0,
    position?.column ?? 0,
  ];
  return [...seen.values()].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0]! - y[0]! || x[1]! - y[1]! || x[2]! - y[2]!;
  });
}
