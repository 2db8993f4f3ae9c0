import {didYouMean} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {type Located, type LocatedMap, member, plain, problemAt} from './located.js';

/** One combination of matrix values, in the order of the matrix. */
export type Cell = ReadonlyMap<string, Located>;

const MAX_CELLS = 10_000;

/** The combinations a `matrix:` spans: the product of its lists without `exclude`, then `include`. */
export function ownCells(matrix: LocatedMap, problems: Problem[]): Cell[] {
  const axes = [...matrix.entries].filter(([name]) => name !== 'include' && name !== 'exclude');
  const includes = listOfMaps(member(matrix, 'include'));
  const names = axes.length > 0 ? axes.map(([name]) => name) : [...(includes[0]?.entries.keys() ?? [])];
  const size = axes.reduce(
    (product, [, {value}]) => product * (value.kind === 'list' ? value.items.length : 0),
    1,
  );
  if (size > MAX_CELLS) {
    const message = `The matrix has ${size} combinations; ${MAX_CELLS} are the most`;
    problems.push(problemAt(matrix.origin, {code: 'config/matrix-too-large', message}));
    return [];
  }
  const excludes = listOfMaps(member(matrix, 'exclude'));
  checkNames(excludes, names, 'some', problems);
  checkNames(includes, names, 'all', problems);
  const product = axes.length > 0 ? axes.reduce<Cell[]>(extend, [new Map()]) : [];
  const kept = product.filter((cell) => !excludes.some((pattern) => agrees(cell, pattern)));
  const added = includes.map(({entries}) => new Map([...entries].map(([name, {value}]) => [name, value])));
  return [...kept, ...added];
}

function extend(cells: Cell[], [name, {value}]: [string, {readonly value: Located}]): Cell[] {
  const items = value.kind === 'list' ? value.items : [];
  return cells.flatMap((cell) => items.map((item) => new Map([...cell, [name, item]])));
}

function listOfMaps(list: Located | undefined): LocatedMap[] {
  return list?.kind === 'list' ? list.items.filter((item): item is LocatedMap => item.kind === 'map') : [];
}

function agrees(cell: Cell, pattern: LocatedMap): boolean {
  return [...pattern.entries].every(([name, {value}]) => sameValue(cell.get(name), value));
}

export function sameValue(a: Located | undefined, b: Located | undefined): boolean {
  return a !== undefined && b !== undefined && JSON.stringify(plain(a)) === JSON.stringify(plain(b));
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
export function joined(left: readonly Cell[], right: readonly Cell[]): Cell[] {
  return left.flatMap((a) =>
    right
      .filter((b) => [...b].every(([name, value]) => !a.has(name) || sameValue(a.get(name), value)))
      .map((b) => new Map([...a, ...b])),
  );
}

/** `train`, or `train[rank=8,alpha=16]`. */
export function instanceName(stage: string, cell: Cell): string {
  if (cell.size === 0) return stage;
  return `${stage}[${[...cell].map(([name, value]) => `${name}=${String(plain(value))}`).join(',')}]`;
}
