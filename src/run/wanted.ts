import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp, type ObjectRef} from '../cache/entry.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {objectsInTrees, objectsRead} from './soundness.js';

/** What of a finished stage somebody is going to read in this run. */
export type Wanted =
  | 'all'
  /** Stages further on follow paths into its folders. */
  | 'trees';

/** Pure: the stages whose outputs are read, by those that have to run and by whoever copies them out. */
export function wantedStages(plan: Plan, published: ReadonlySet<StageId>): Map<StageId, Wanted> {
  const byId = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const wanted = new Map<StageId, Wanted>([...published].map((id) => [id, 'all']));
  const seen = new Set<StageId>();
  const further = (id: StageId): void => {
    if (seen.has(id)) return;
    seen.add(id);
    if (!wanted.has(id)) wanted.set(id, 'trees');
    for (const next of byId.get(id)?.reads ?? []) further(next);
  };
  for (const {verdict, reads} of plan.stages) {
    if (verdict.kind !== 'stale') continue;
    for (const id of reads) {
      wanted.set(id, 'all');
      for (const next of byId.get(id)?.reads ?? []) further(next);
    }
  }
  return wanted;
}

/** The objects of a stage in the cache that are wanted. */
export function objectsWanted(
  cache: Cache,
  {fingerprint}: PlannedStage,
  wanted: Wanted | 'nothing',
): ObjectRef[] {
  if (wanted === 'nothing') return [];
  const state = fingerprint === undefined ? undefined : lookUp(cache, fingerprint);
  if (state?.kind !== 'present') return [];
  return wanted === 'all' ? objectsRead(state.entry) : objectsInTrees(state.entry);
}
