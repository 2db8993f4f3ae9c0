import type {Problem} from '../base/problem.js';
import {isStageReference, type ParamObject, valueAt} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import type {UpstreamOf} from '../stage/stage-type.js';
import type {InstanceWithReferences} from './configure-stage.js';
import type {ConfiguredStage} from './pipeline.js';
import {problemAt} from './text/located.js';

/**
 * What only a stage and those it refers to show together: parameters that follow from another stage's, and combinations that
 * could only fail after hours of work.
 */
export function deriveConnected(
  instances: readonly InstanceWithReferences[],
  problems: Problem[],
): InstanceWithReferences[] {
  const byId = new Map(instances.map(({stage}) => [stage.id, stage]));
  return instances.map((instance) => {
    const {stage, origins, key} = instance;
    const derive = stageTypes.get(stage.uses)?.derive;
    if (derive === undefined) return instance;
    const {params, faults} = derive(stage.params, upstreamOf(stage.params, byId));
    for (const {param, ...words} of faults) problems.push(problemAt(origins.get(param) ?? key, words));
    return {...instance, stage: {...stage, params}};
  });
}

function upstreamOf(params: ParamObject, byId: ReadonlyMap<string, ConfiguredStage>): UpstreamOf {
  return (param) => {
    const value = valueAt(params, param);
    const stage = isStageReference(value) ? byId.get(value.$stage) : undefined;
    return stage && {uses: stage.uses, params: stage.params, upstream: upstreamOf(stage.params, byId)};
  };
}

/** Values that somebody wrote and seldom somebody means, once for all combinations of a matrix. */
export function doubtsOf(instances: readonly InstanceWithReferences[]): Problem[] {
  const doubts = instances.flatMap(({stage, origins}) =>
    (stageTypes.get(stage.uses)?.doubts?.(stage.params) ?? []).flatMap(({param, ...words}) => {
      const origin = origins.get(param);
      return origin === undefined ? [] : [problemAt(origin, words)];
    }),
  );
  return [...new Map(doubts.map((problem) => [JSON.stringify(problem), problem])).values()];
}
