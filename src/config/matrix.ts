import {didYouMean} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {
  type Findings,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  member,
  type Origin,
  type Plain,
  plain,
  problemAt,
} from './text/located.js';

/** One combination of matrix values, in the order of the matrix. */
export type Combination = ReadonlyMap<string, Located>;

/** Of one stage, its own and those it takes over together. */
export const MAX_COMBINATIONS = 10_000;

/** The combinations a `matrix:` spans: the product of its lists without `exclude`, then `include`. No two are equal. */
export function ownCombinations(matrix: LocatedMap, {problems, warnings}: Findings): Combination[] {
  const axes = [...matrix.entries].filter(([name]) => name !== 'include' && name !== 'exclude');
  const includes = listOfMaps(member(matrix, 'include'));
  const names = axes.length > 0 ? axes.map(([name]) => name) : [...(includes[0]?.entries.keys() ?? [])];
  const size = axes.reduce(
    (product, [, {value}]) => product * (value.kind === 'list' ? value.items.length : 0),
    1,
  );
  if (size > MAX_COMBINATIONS) {
    problems.push(tooMany(size, matrix.origin));
    return [];
  }
  const excludes = listOfMaps(member(matrix, 'exclude'));
  checkNames(excludes, names, 'some', problems);
  checkNames(includes, names, 'all', problems);
  const product = axes.length > 0 ? axes.reduce<Combination[]>(extend, [new Map()]) : [];
  const fits = (combination: Combination) => excludes.filter((pattern) => agrees(combination, pattern));
  const used = new Set(product.flatMap(fits));
  for (const pattern of excludes) {
    const known = [...pattern.entries.keys()].every((name) => names.includes(name));
    if (known && product.length > 0 && !used.has(pattern)) warnings.push(fitsNothing(pattern, axes));
  }
  const kept = product.filter((combination) => fits(combination).length === 0);
  return [...kept, ...added(includes, kept, names, problems)];
}

export function tooMany(size: number, origin: Origin): Problem {
  const message = `The matrix has ${size} combinations; ${MAX_COMBINATIONS} are the most`;
  return problemAt(origin, {code: 'config/matrix-too-large', message});
}

/** The combinations of `include:`; one that is there already is an error, which names both places. */
function added(
  includes: readonly LocatedMap[],
  kept: readonly Combination[],
  names: readonly string[],
  problems: Problem[],
): Combination[] {
  const seen = new Map<string, Origin>();
  for (const combination of kept)
    seen.set(combinationKey(combination, names), [...combination.values()][0]!.origin);
  return includes.flatMap(({entries, origin}) => {
    const combination = new Map(
      names.flatMap((name) => (entries.has(name) ? [[name, entries.get(name)!.value] as const] : [])),
    );
    const key = combinationKey(combination, names);
    const first = seen.get(key);
    if (first !== undefined) {
      const place = {...origin, via: [...origin.via, {origin: first, message: 'the first time'}]};
      const message = 'This combination is there already';
      problems.push(problemAt(place, {code: 'config/repeated-combination', message, hint: 'Remove it.'}));
      return [];
    }
    seen.set(key, origin);
    return [combination];
  });
}

function combinationKey(combination: Combination, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => (combination.has(name) ? [plain(combination.get(name)!)] : [])));
}

/** Says which value the matrix does not have; a number in quotes is the usual reason. */
function fitsNothing(pattern: LocatedMap, axes: readonly (readonly [string, LocatedEntry])[]): Problem {
  const strange = [...pattern.entries].find(([name, {value}]) =>
    itemsOf(axes, name).every((item) => !sameValue(item, value)),
  );
  const code = 'config/exclude-fits-nothing';
  if (strange === undefined)
    return problemAt(pattern.origin, {code, message: 'This exclude fits no combination of the matrix'});
  const [name, {value}] = strange;
  const lookalike = itemsOf(axes, name).find((item) => String(plain(item)) === String(plain(value)));
  return problemAt(value.origin, {
    code,
    message: `This exclude fits nothing: the matrix has no ${name} that is ${spoken(value)}`,
    hint: lookalike && `It has ${spoken(lookalike)}.`,
  });
}

function itemsOf(axes: readonly (readonly [string, LocatedEntry])[], name: string): readonly Located[] {
  const value = axes.find(([axis]) => axis === name)?.[1].value;
  return value?.kind === 'list' ? value.items : [];
}

function spoken(value: Located): string {
  const bare = plain(value);
  if (typeof bare === 'string') return `the text ${JSON.stringify(bare)}`;
  return typeof bare === 'number' ? `the number ${bare}` : JSON.stringify(bare);
}

function extend(
  combinations: Combination[],
  [name, {value}]: [string, {readonly value: Located}],
): Combination[] {
  const items = value.kind === 'list' ? value.items : [];
  return combinations.flatMap((combination) => items.map((item) => new Map([...combination, [name, item]])));
}

function listOfMaps(list: Located | undefined): LocatedMap[] {
  return list?.kind === 'list' ? list.items.filter((item): item is LocatedMap => item.kind === 'map') : [];
}

function agrees(combination: Combination, pattern: LocatedMap): boolean {
  return [...pattern.entries].every(([name, {value}]) => sameValue(combination.get(name), value));
}

/** A variable of the environment is number and text at once until its place decides, so it equals either. */
export function sameValue(a: Located | undefined, b: Located | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [spellings, others] = [spellingsOf(a), spellingsOf(b)];
  return spellings.some((each) => others.includes(each));
}

function spellingsOf(value: Located): string[] {
  const both = value.kind === 'scalar' && value.variable !== undefined && value.written !== undefined;
  return [JSON.stringify(plain(value)), ...(both ? [JSON.stringify(value.written)] : [])];
}

function checkNames(
  combinations: readonly LocatedMap[],
  names: readonly string[],
  needed: 'some' | 'all',
  problems: Problem[],
): void {
  for (const {entries, origin} of combinations) {
    for (const [name, {key}] of entries) {
      if (names.includes(name)) continue;
      const message = `The matrix has no ${name}; it has ${names.join(', ')}`;
      problems.push(
        problemAt(key, {code: 'config/unknown-matrix-name', message, hint: didYouMean(name, names)}),
      );
    }
    const missing = needed === 'all' ? names.filter((name) => !entries.has(name)) : [];
    if (missing.length > 0) {
      const message = `This combination lacks ${missing.join(', ')}`;
      problems.push(problemAt(origin, {code: 'config/incomplete-combination', message}));
    }
  }
}

/** All ways to put a combination of each side together that agree on the names both have. */
export function joined(left: readonly Combination[], right: readonly Combination[]): Combination[] {
  const shared = [...(left[0]?.keys() ?? [])].filter((name) => right[0]?.has(name));
  const byShared = new Map<string, Combination[]>();
  for (const combination of right) {
    const key = combinationKey(combination, shared);
    const alike = byShared.get(key);
    if (alike === undefined) byShared.set(key, [combination]);
    else alike.push(combination);
  }
  const combinations: Combination[] = [];
  for (const combination of left) {
    for (const other of byShared.get(combinationKey(combination, shared)) ?? []) {
      combinations.push(new Map([...combination, ...other]));
      if (combinations.length > MAX_COMBINATIONS) return combinations;
    }
  }
  return combinations;
}

/** `train`, or `train[rank=8,alpha=16]`. Equal exactly for equal combinations: `[a=1]`, `[a="1"]`. */
export function instanceName(stage: string, combination: Combination): string {
  if (combination.size === 0) return stage;
  return `${stage}[${[...combination].map(([name, value]) => `${name}=${valueName(plain(value))}`).join(',')}]`;
}

/** Texts that could be taken for another value, or for more than one, are in quotes. */
function valueName(value: Plain): string {
  if (typeof value !== 'string') return String(value);
  const ambiguous = String(Number(value)) === value || ['true', 'false', 'null', ''].includes(value);
  return ambiguous || /[,="\\[\]\p{Cc}]|^\s|\s$/u.test(value) ? JSON.stringify(value) : value;
}
