import type {Problem} from '../base/problem.js';
import {textPieces} from '../base/reference.js';
import {interpolate, type Scope} from './interpolate.js';
import {type Located, type LocatedEntry, type LocatedMap, problemAt} from './text/located.js';

/** Longer chains than anybody writes, shorter than the call stack. */
const MAX_DEPTH = 500;

/** Resolves variables that refer to each other, in whatever order they are; circles are reported. */
export function resolveVars(vars: LocatedMap, scope: Omit<Scope, 'vars'>, problems: Problem[]): LocatedMap {
  const resolved = new Map<string, LocatedEntry>();
  const open: string[] = [];
  const resolve = (name: string): void => {
    const entry = vars.entries.get(name);
    if (entry === undefined || resolved.has(name)) return;
    if (open.includes(name) || open.length > MAX_DEPTH) {
      const circle = [...open.slice(open.indexOf(name)), name].slice(-20).join(' → ');
      problems.push(
        problemAt(entry.key, {
          code: 'config/circular-variable',
          message: `A variable is made of itself: ${circle}`,
        }),
      );
      resolved.set(name, {
        ...entry,
        value: {kind: 'scalar', value: null, origin: entry.value.origin, broken: true},
      });
      return;
    }
    open.push(name);
    for (const used of variablesIn(entry.value)) resolve(used);
    open.pop();
    if (resolved.has(name)) return; // it was found to be part of a circle meanwhile
    const known: LocatedMap = {...vars, entries: withUnresolved(vars, resolved)};
    resolved.set(name, {...entry, value: interpolate(entry.value, {...scope, vars: known}, problems)});
  };
  for (const name of vars.entries.keys()) resolve(name);
  return {...vars, entries: inOrder(vars, resolved)};
}

/** Resolved variables first, so that a name that does not exist can be told from one that comes later. */
function withUnresolved(
  vars: LocatedMap,
  resolved: ReadonlyMap<string, LocatedEntry>,
): Map<string, LocatedEntry> {
  return new Map([...vars.entries].map(([name, entry]) => [name, resolved.get(name) ?? entry]));
}

function inOrder(vars: LocatedMap, resolved: ReadonlyMap<string, LocatedEntry>): Map<string, LocatedEntry> {
  return new Map([...vars.entries.keys()].map((name) => [name, resolved.get(name)!]));
}

function variablesIn(value: Located): string[] {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string' ? namesInText(value.value) : [];
    case 'list':
      return value.items.flatMap(variablesIn);
    case 'map':
      return [...value.entries.values()].flatMap((entry) => variablesIn(entry.value));
  }
}

function namesInText(text: string): string[] {
  return textPieces(text).flatMap((piece) =>
    piece.kind === 'reference' && piece.words[0] === 'vars' ? [piece.words[1]!] : [],
  );
}
