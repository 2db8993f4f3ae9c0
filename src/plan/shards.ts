import type {PlannedStage} from './plan.js';

/** Pure: processes that share a stage's samples: as many as it wishes, but no more than have something to do, as far as that is known. */
export function usefulShards({configured, verdict}: Pick<PlannedStage, 'configured' | 'verdict'>): number {
  const {shards = 1} = configured.resources;
  const missing = verdict.kind === 'stale' ? verdict.samples?.missing.length : undefined;
  return missing === undefined ? shards : Math.max(1, Math.min(shards, missing));
}

/** Pure: those of them that share the machine where sidestep itself runs. Elsewhere each has a job of its own. */
export function shardsHere(stage: Pick<PlannedStage, 'configured' | 'verdict'>): number {
  return stage.configured.resources.executor === undefined ? usefulShards(stage) : 1;
}
