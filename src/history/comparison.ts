import type {Adapter, AdapterModule} from '../adapter/adapter.js';
import {changeDifference} from '../adapter/weight-change.js';
import {canonicalJson, type Json} from '../base/json.js';
import type {ModuleSelection} from '../stage/module-selection.js';
import {paramLeaves} from '../stage/param.js';
import type {RecordedRun} from './recorded-run.js';

export interface ComparedModule {
  readonly module: string;
  readonly in: 'both' | 'a' | 'b';
  readonly rank: readonly [number | null, number | null];
  readonly scale: readonly [number | null, number | null];
  /** ‖A − B‖ / ‖A‖ of the weight changes; null where it has no closed form or a side lacks the module. */
  readonly difference: number | null;
}

/** Pure: module by module, those of either side. */
export function compareAdapters(a: Adapter, b: Adapter) {
  const left = new Map(a.modules.map((module) => [module.name, module]));
  const right = new Map(b.modules.map((module) => [module.name, module]));
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return {
    types: [a.kind, b.kind] as const,
    modules: names.map((name) => comparedModule(name, left.get(name), right.get(name))),
  };
}

function comparedModule(
  module: string,
  a: AdapterModule | undefined,
  b: AdapterModule | undefined,
): ComparedModule {
  return {
    module,
    in: a === undefined ? 'b' : b === undefined ? 'a' : 'both',
    rank: [a?.rank ?? null, b?.rank ?? null],
    scale: [a?.scale ?? null, b?.scale ?? null],
    difference: a === undefined || b === undefined ? null : (changeDifference(a, b) ?? null),
  };
}

/** Pure: which modules only one side selected, and whose ranks differ. */
export function compareEstimates(a: ModuleSelection, b: ModuleSelection) {
  const ranks = [a.rank_pattern ?? {}, b.rank_pattern ?? {}] as const;
  const ranked = [...new Set(ranks.flatMap((pattern) => Object.keys(pattern)))].sort();
  return {
    only_a: a.selected.filter((module) => !b.selected.includes(module)),
    only_b: b.selected.filter((module) => !a.selected.includes(module)),
    both: a.selected.filter((module) => b.selected.includes(module)).length,
    ranks: ranked
      .map((module) => ({module, a: ranks[0][module] ?? null, b: ranks[1][module] ?? null}))
      .filter((each) => each.a !== each.b),
  };
}

export interface DifferentSetting {
  readonly stage: string;
  readonly param: string;
  /** Undefined (absent in JSON) where that side has no such key or stage. */
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

/** Pure: parameters of stages of the same name that differ, defaults filled in, so that nothing hides. */
export function compareSettings(a: RecordedRun, b: RecordedRun): DifferentSetting[] {
  const [left, right] = [settingsOf(a), settingsOf(b)];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  return keys.flatMap((key) => {
    const [mine, theirs] = [left.get(key), right.get(key)];
    if (mine !== undefined && theirs !== undefined && canonicalJson(mine) === canonicalJson(theirs))
      return [];
    const [stage, param] = JSON.parse(key) as [string, string];
    return [{stage, param, a: mine, b: theirs}];
  });
}

function settingsOf({recorded}: RecordedRun): Map<string, Json> {
  return new Map(
    recorded.flatMap(({configured}) =>
      paramLeaves(configured.params).map(
        ({path, value}) => [JSON.stringify([configured.id, path]), value as Json] as const,
      ),
    ),
  );
}
