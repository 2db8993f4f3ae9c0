import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import type {ObjectRef} from '../cache/entry.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {objectsRead} from './soundness.js';

/**
 * Pure: the stages whose outputs are read, by those that have to run and by what copies them out. What is before such a
 * stage counts too: should one of them turn out to be damaged, it is computed again from there.
 */
export function wantedStages(plan: Plan, published: ReadonlySet<StageId>): ReadonlySet<StageId> {
  const byId = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const wanted = new Set<StageId>();
  const want = (id: StageId): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const next of byId.get(id)?.reads ?? []) want(next);
  };
  for (const id of published) want(id);
  for (const {verdict, reads} of plan.stages) if (verdict.kind === 'stale') for (const id of reads) want(id);
  return wanted;
}

/** The objects of a stage in the cache, without those that were removed as temporary. */
export function objectsToCheck(cache: Cache, {fingerprint}: PlannedStage): ObjectRef[] {
  const state = fingerprint === undefined ? undefined : lookUp(cache, fingerprint);
  if (state?.kind === 'present') return objectsRead(state.entry);
  if (state?.kind !== 'removed') return [];
  const gone = new Set(state.lost.map(({hash}) => hash));
  return objectsRead(state.entry).filter(({hash}) => !gone.has(hash));
}
