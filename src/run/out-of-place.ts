import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {PlannedStage} from '../plan/plan.js';
import {valueAt} from '../stage/param.js';

/** What a plan says of finished stages whose files do not lie where they were published; undefined when all do. */
export function outOfPlace(
  stages: Iterable<PlannedStage>,
  outdated: ReadonlySet<StageId>,
): Problem | undefined {
  const places = placesOf(stages, outdated);
  if (places.length === 0) return undefined;
  return {
    code: 'run/out-of-place',
    message: `Published files are missing or were changed: ${listed(places, 6)}`,
    hint: '`sidestep run` copies them out of the cache; nothing is computed for that.',
  };
}

/** The same once a run has copied them. */
export function copiedOut(
  stages: Iterable<PlannedStage>,
  outdated: ReadonlySet<StageId>,
): Problem | undefined {
  const places = placesOf(stages, outdated);
  if (places.length === 0) return undefined;
  return {
    code: 'run/copied-out',
    message: `Copied out of the cache, since files were missing or changed there: ${listed(places, 6)}`,
  };
}

function placesOf(stages: Iterable<PlannedStage>, outdated: ReadonlySet<StageId>): string[] {
  return [...stages]
    .filter(({id}) => outdated.has(id))
    .flatMap(({type, configured}) =>
      (type.publishes ?? []).map(({param}) => valueAt(configured.params, param)),
    )
    .filter((place): place is string => typeof place === 'string');
}
