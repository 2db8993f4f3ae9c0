import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
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
 * Puts stages into an order in which they can run; among those that could stand anywhere, the file's order stays.
 * Problems: `plan/unknown-stage`, `plan/cycle`; all of them, with positions.
 */
export function orderStages(stages: readonly ConfiguredStage[]): Result<readonly DagStage[]> {
  const dag = new Map(stages.map((stage) => [stage.id, edgesOf(stage)]));
  const unknown = [...dag.values()].flatMap((stage) => unknownEdges(stage, dag));
  if (unknown.length > 0) return failure(...unknown);
  const order: DagStage[] = [];
  const state = new Map<StageId, 'open' | 'done'>();
  const cycles: Problem[] = [];
  for (const stage of dag.values()) visit(stage, {dag, order, state, cycles});
  return cycles.length > 0 ? failure(...cycles) : ok(order);
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

function unknownEdges({configured, references}: DagStage, dag: ReadonlyMap<StageId, DagStage>): Problem[] {
  const named = [
    ...Object.entries(references).map(([path, {$stage}]) => ({
      stage: $stage,
      position: configured.positions[path] ?? configured.position,
    })),
    ...configured.needs,
  ];
  return named
    .filter(({stage}) => !dag.has(stage))
    .map(({stage, position}) => ({
      code: 'plan/unknown-stage',
      message: `${configured.id} refers to a stage named ${stage}, which does not exist`,
      position,
      hint: `Stages of this pipeline: ${[...dag.keys()].slice(0, 20).join(', ')}.`,
    }));
}

interface Walk {
  readonly dag: ReadonlyMap<StageId, DagStage>;
  readonly order: DagStage[];
  readonly state: Map<StageId, 'open' | 'done'>;
  readonly cycles: Problem[];
}

/** Depth first with a stack of its own: a chain of thousands of stages must not overflow the call stack. */
function visit(start: DagStage, {dag, order, state, cycles}: Walk): void {
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
    } else if (state.get(upstream) === 'open') {
      cycles.push(
        cycleProblem(
          path.map(({stage}) => stage),
          upstream,
        ),
      );
    } else if (!state.has(upstream)) {
      state.set(upstream, 'open');
      path.push({stage: dag.get(upstream)!, next: 0});
    }
  }
}

function cycleProblem(path: readonly DagStage[], closing: StageId): Problem {
  const start = path.findIndex(({configured}) => configured.id === closing);
  const cycle = path.slice(start);
  const last = cycle[cycle.length - 1]!;
  const words = [...cycle.map(({configured}) => configured.id), closing].join(' → ');
  return {
    code: 'plan/cycle',
    message: `These stages wait for each other: ${words}`,
    position: edgePosition(last, closing),
    hint: 'A stage may use only what is made before it. Remove one of these references.',
    related: cycle.slice(0, -1).map((stage, index) => ({
      position: edgePosition(stage, cycle[index + 1]!.configured.id),
      message: `${stage.configured.id} uses ${cycle[index + 1]!.configured.id} here`,
    })),
  };
}

function edgePosition({configured, references}: DagStage, to: StageId) {
  const path = Object.keys(references).find((key) => references[key]!.$stage === to);
  const position =
    path === undefined
      ? configured.needs.find(({stage}) => stage === to)?.position
      : configured.positions[path];
  return position ?? configured.position;
}
