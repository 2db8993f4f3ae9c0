import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {isStageReference, paramLeaves, type StageReference} from '../stage/param.js';

/** One stage with its edges: data it reads, stages it merely follows. */
export interface DagStage {
  readonly configured: ConfiguredStage;
  readonly references: Readonly<Record<string, StageReference>>;
  readonly reads: readonly StageId[];
  readonly waits_for: readonly StageId[];
}

/**
 * Puts stages into an order in which they can run; among those that could be anywhere, the file's order stays. Their references
 * have been checked (`config/connect.ts`): a TypeError is thrown for one that leads nowhere, or in a circle.
 */
export function orderStages(stages: readonly ConfiguredStage[]): readonly DagStage[] {
  const dag = new Map(stages.map((stage) => [stage.id, edgesOf(stage)]));
  const order: DagStage[] = [];
  const state = new Map<StageId, 'open' | 'done'>();
  for (const stage of dag.values()) visit(stage, {dag, order, state});
  return order;
}

/** Stages that depend on `from`, directly or not, in plan order: what a change there reaches. */
export function reachedFrom(
  stages: readonly Pick<DagStage & {id: StageId}, 'id' | 'reads'>[],
  from: StageId,
): StageId[] {
  const reached = new Set<StageId>([from]);
  for (const {id, reads} of stages) if (reads.some((upstream) => reached.has(upstream))) reached.add(id);
  reached.delete(from);
  return [...reached];
}

function edgesOf(configured: ConfiguredStage): DagStage {
  const references: Record<string, StageReference> = {};
  for (const {path, value} of paramLeaves(configured.params))
    if (isStageReference(value)) references[path] = value;
  const reads = [...new Set(Object.values(references).map((reference) => reference.$stage))];
  const waits_for = configured.needs.map(({stage}) => stage).filter((id) => !reads.includes(id));
  return {configured, references, reads, waits_for};
}

interface Walk {
  readonly dag: ReadonlyMap<StageId, DagStage>;
  readonly order: DagStage[];
  readonly state: Map<StageId, 'open' | 'done'>;
}

/** Depth first with a stack of its own: a chain of thousands of stages must not overflow the call stack. */
function visit(start: DagStage, {dag, order, state}: Walk): void {
  const path = [{stage: start, next: 0}];
  if (state.has(start.configured.id)) return;
  state.set(start.configured.id, 'open');
  while (path.length > 0) {
    const top = path[path.length - 1]!;
    const upstream = [...top.stage.reads, ...top.stage.waits_for][top.next++];
    if (upstream === undefined) {
      state.set(top.stage.configured.id, 'done');
      order.push(top.stage);
      path.pop();
    } else if (state.get(upstream) === 'open')
      throw new TypeError(`${top.stage.configured.id} and ${upstream} wait for each other`);
    else if (!state.has(upstream)) {
      const stage = dag.get(upstream);
      if (stage === undefined)
        throw new TypeError(`${top.stage.configured.id} reads ${upstream}, which is no stage`);
      state.set(upstream, 'open');
      path.push({stage, next: 0});
    }
  }
}
