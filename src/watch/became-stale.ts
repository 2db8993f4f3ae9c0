import {asJson, canonicalJson, type Json} from '../base/json.js';
import type {StageId} from '../base/stage-id.js';
import {countingParams, fileLeaves} from '../plan/fingerprint-parts.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {fileKey, type World} from '../plan/world.js';

/** A plan together with the world it was made for. */
export interface WatchedPlan {
  readonly plan: Plan;
  readonly world: World;
  /** Files the pipeline itself was read from. */
  readonly sources: readonly string[];
}

/**
 * Pure: stages of a running plan whose output no one wants any more, in plan order: they are gone, something that
 * decides them was edited, or they read such a stage. All others may go on.
 */
export function becameStale(running: WatchedPlan, wanted: WatchedPlan): StageId[] {
  const stale = new Set<StageId>();
  for (const stage of running.plan.stages) {
    const now = wanted.plan.stages.find(({id}) => id === stage.id);
    const same =
      now !== undefined && now.verdict.kind !== 'skipped' && decided(stage, running) === decided(now, wanted);
    if (!same || stage.reads.some((id) => stale.has(id))) stale.add(stage.id);
  }
  return [...stale];
}

/** All that decides a stage but the content of what it reads from other stages, as text that is equal exactly when that is. */
function decided({configured, type, references}: PlannedStage, {world}: WatchedPlan): string {
  const files = fileLeaves(configured, type).map(({path}) => {
    const seen = world.files.get(fileKey(configured.id, path));
    if (seen === undefined || seen.kind === 'problem') return [path, 'problem'];
    return [path, seen.content ?? null, seen.place ?? null];
  });
  const numerics = type.numerics === 'none' ? null : numericsOf(configured.resources, world);
  const read = asJson(references);
  return canonicalJson([configured.uses, countingParams(configured, type), read, files as Json, numerics]);
}

function numericsOf(resources: PlannedStage['configured']['resources'], world: World): Json {
  const seen = world.numerics(resources);
  return seen.kind === 'known' ? {...seen.identity} : 'problem';
}
