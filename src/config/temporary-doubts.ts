import type {Problem} from '../base/problem.js';
import {isStageReference, paramLeaves} from '../stage/param.js';
import {publishes} from '../stage/publishes.js';
import {stageTypes} from '../stage/registry.js';
import type {ConfiguredStage} from './pipeline.js';

/** Stages that are called temporary and stay all the same, and why. */
export function temporaryDoubts(stages: readonly ConfiguredStage[]): Problem[] {
  const read = new Set<string>(
    stages.flatMap(({params}) =>
      paramLeaves(params).flatMap(({value}) => (isStageReference(value) ? [value.$stage] : [])),
    ),
  );
  return stages.flatMap((stage) => {
    const why = stage.temporary === undefined ? undefined : whyKept(stage, read);
    if (why === undefined) return [];
    return [
      {
        code: 'config/temporary-kept',
        message: `${stage.id} is temporary, but its outputs stay: ${why}`,
        hint: 'Take `temporary` away where they are results.',
        position: stage.position,
      },
    ];
  });
}

function whyKept(
  {id, uses, params, protect}: ConfiguredStage,
  read: ReadonlySet<string>,
): string | undefined {
  if (protect !== undefined) return 'it is protected';
  if (publishes(stageTypes.get(uses), params)) return 'they are copied out, which makes them results';
  return read.has(id) ? undefined : 'nothing in this file reads them';
}
