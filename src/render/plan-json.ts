import type {StageId} from '../base/stage-id.js';
import type {Effort} from '../event/effort.js';
import type {FetchForecast} from '../event/fetch-forecast.js';
import type {StageMemory} from '../event/memory-forecast.js';
import {reachedFrom} from '../plan/dag.js';
import {noteOf, type Plan, type PlannedStage} from '../plan/plan.js';
import {usefulRanks} from '../plan/ranks.js';
import {usefulShards} from '../plan/shards.js';
import {graphEdges} from './graph-text.js';
import {isUpToDate, type JobRequests} from './plan-text.js';

/** The plan as a `--json` document: `schema/output/plan.schema.json`. */
export function planDocument(
  plan: Plan,
  {
    memory,
    efforts,
    jobs,
    fetch,
  }: {
    memory?: ReadonlyMap<StageId, StageMemory>;
    efforts?: ReadonlyMap<StageId, Effort>;
    jobs?: JobRequests;
    fetch?: FetchForecast | undefined;
  } = {},
): object {
  return {
    pipeline: plan.pipeline,
    up_to_date: isUpToDate(plan),
    stages: plan.stages.map((stage) => ({
      ...stageDocument(stage, memory?.get(stage.id), efforts?.get(stage.id)),
      ranks: usefulRanks(stage.configured),
      shards: usefulShards(stage),
      job: jobs?.get(stage.id) ?? null,
    })),
    fetch: fetch ?? null,
    problems: plan.problems,
  };
}

/** One stage and what a change of it reaches: `schema/output/why.schema.json`. */
export function whyDocument(stage: PlannedStage, plan: Plan): object {
  return {pipeline: plan.pipeline, ...stageDocument(stage), reaches: reachedFrom(plan.stages, stage.id)};
}

/** `schema/output/graph.schema.json`. */
export function graphDocument(plan: Plan): object {
  return {
    pipeline: plan.pipeline,
    stages: plan.stages.map(({id, configured, verdict}) => ({
      stage: id,
      uses: configured.uses,
      verdict: verdict.kind,
    })),
    edges: graphEdges(plan),
  };
}

/** What JSON cannot say, it says with null: a reader finds every key in every stage. */
function stageDocument(stage: PlannedStage, memory?: StageMemory, effort?: Effort): object {
  const {configured} = stage;
  return {
    stage: stage.id,
    declared_as: configured.declared_as,
    matrix: configured.matrix ?? null,
    uses: configured.uses,
    description: configured.description ?? null,
    position: configured.position,
    reads: stage.reads,
    waits_for: stage.waits_for,
    fingerprint: stage.fingerprint ?? null,
    verdict: stage.verdict,
    last_duration_ms: stage.last_duration_ms ?? null,
    note: noteOf(stage) ?? null,
    training: effort?.training ?? null,
    expected_ms: effort?.duration_ms ?? null,
    memory: memory ?? null,
  };
}
