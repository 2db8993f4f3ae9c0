import type {StageId} from '../base/stage-id.js';
import {planStage} from './make-plan.js';
import type {PlannedStage} from './plan.js';
import {needOf} from './temporary.js';
import type {World} from './world.js';

/**
 * Pure: a stage planned again once those before it have run. `stages` is what is known of all of them by now, in the order of the
 * graph; `isOver` says which have ended. Where its temporary outputs were removed, it runs if something that is still to come needs
 * them, and that may be a stage whose own outputs were removed: so its followers are planned first, and needs are passed on from the
 * last of them to the first, as `makePlan` does it.
 */
export function planOnceKnown(
  stage: PlannedStage,
  stages: ReadonlyMap<StageId, PlannedStage>,
  world: World,
  isOver: (id: StageId) => boolean,
): PlannedStage {
  const now = planStage(stage, stage.type, stages, world);
  if (now.verdict.kind !== 'cached' || now.verdict.removed === undefined) return now;
  const known = new Map(stages).set(now.id, now);
  const followers = followersOf(now, stages).filter(({id}) => !isOver(id));
  for (const each of followers) known.set(each.id, planStage(each, each.type, known, world));
  const mustRun = ({id, verdict}: PlannedStage) => !isOver(id) && verdict.kind === 'stale';
  for (const each of [now, ...followers].toReversed()) {
    const need = needOf(known.get(each.id)!, [...known.values()], mustRun);
    if (need !== undefined) known.set(each.id, planStage(each, each.type, known, world, need));
  }
  return known.get(now.id)!;
}

/** All that reads a stage or waits for it, directly or through others, in the order of the graph. */
function followersOf({id}: PlannedStage, stages: ReadonlyMap<StageId, PlannedStage>): PlannedStage[] {
  const behind = new Set([id]);
  return [...stages.values()].filter((each) => {
    if (![...each.reads, ...each.waits_for].some((before) => behind.has(before))) return false;
    behind.add(each.id);
    return true;
  });
}
