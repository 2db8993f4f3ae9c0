import {didYouMean} from '../base/near-miss.js';
import {failure, ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import type {Pipeline} from '../config/pipeline.js';
import {type DagStage, orderStages, reachedFrom} from '../plan/dag.js';

/** Which stages a command is about, in the user's words: ids, or keys of the file (all instances of a matrix). */
export interface ChosenStages {
  /** These and what they need; empty: all. */
  readonly only: readonly string[];
  /** These and all that depends on them run even if cached. */
  readonly from: readonly string[];
  /** These run even if cached; `all` is every chosen stage. */
  readonly force: readonly string[] | 'all';
}

export const noWishes: ChosenStages = {only: [], from: [], force: []};

export interface StageChoice {
  /** The pipeline with the chosen stages alone. */
  readonly pipeline: Pipeline;
  readonly forced: ReadonlySet<StageId>;
}

/** Pure. Problems: `usage/unknown-stage`, and those of the order itself (unknown references, cycles). */
export function chooseStages(pipeline: Pipeline, wishes: ChosenStages): Result<StageChoice> {
  const order = orderStages(pipeline.stages);
  const named = [...wishes.only, ...wishes.from, ...(wishes.force === 'all' ? [] : wishes.force)];
  const unknown = named.filter((name) => instancesOf(pipeline, [name]).length === 0);
  if (unknown.length > 0) return failure(...unknown.map((name) => unknownStage(name, pipeline)));
  const only = instancesOf(pipeline, wishes.only);
  const chosen = only.length === 0 ? undefined : withNeeds(order, only);
  const stages = pipeline.stages.filter(({id}) => chosen === undefined || chosen.has(id));
  const forced = forcedStages(pipeline, order, wishes);
  return ok({pipeline: {...pipeline, stages}, forced});
}

function forcedStages(
  pipeline: Pipeline,
  order: readonly DagStage[],
  {from, force}: ChosenStages,
): Set<StageId> {
  if (force === 'all') return new Set(pipeline.stages.map(({id}) => id));
  const edges = order.map(({configured, reads}) => ({id: configured.id, reads}));
  const starts = instancesOf(pipeline, from);
  return new Set([
    ...instancesOf(pipeline, force),
    ...starts,
    ...starts.flatMap((id) => reachedFrom(edges, id)),
  ]);
}

function instancesOf(pipeline: Pipeline, names: readonly string[]): StageId[] {
  return pipeline.stages
    .filter(({id, declared_as}) => names.includes(id) || names.includes(declared_as))
    .map(({id}) => id);
}

function withNeeds(order: readonly DagStage[], wanted: readonly StageId[]): Set<StageId> {
  const chosen = new Set(wanted);
  for (const stage of order.toReversed()) {
    if (chosen.has(stage.configured.id))
      for (const id of [...stage.reads, ...stage.waits_for]) chosen.add(id);
  }
  return chosen;
}

function unknownStage(name: string, pipeline: Pipeline) {
  const names = [...new Set(pipeline.stages.flatMap(({id, declared_as}) => [id, declared_as]))];
  return {
    code: 'usage/unknown-stage',
    message: `No stage of ${pipeline.name} is called ${name}`,
    hint: didYouMean(name, names) ?? `Its stages: ${names.join(', ')}.`,
  };
}
