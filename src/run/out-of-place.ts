import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {PlannedStage} from '../plan/plan.js';
import {valueAt} from '../stage/param.js';

type Stages = Iterable<PlannedStage>;

/** What a plan says of finished stages whose files are not where they were published; undefined when all do. */
export function outOfPlace(stages: Stages, outdated: ReadonlySet<StageId>): Problem | undefined {
  return about(placesOf(stages, outdated), (places) => ({
    code: 'run/out-of-place',
    message: `Published files are missing or were changed: ${places}`,
    hint: '`sidestep run` copies them out of the cache; nothing is computed for that.',
  }));
}

/** The same once a run has copied them. */
export function copiedOut(stages: Stages, outdated: ReadonlySet<StageId>): Problem | undefined {
  return about(placesOf(stages, outdated), (places) => ({
    code: 'run/copied-out',
    message: `Copied out of the cache, since files were missing or changed there: ${places}`,
  }));
}

function about(places: readonly string[], problem: (list: string) => Problem): Problem | undefined {
  return places.length === 0 ? undefined : problem(listed(places, 6));
}

function placesOf(stages: Stages, outdated: ReadonlySet<StageId>): string[] {
  return [...stages]
    .filter(({id}) => outdated.has(id))
    .flatMap(({type, configured}) =>
      (type.publishes ?? []).map(({param}) => valueAt(configured.params, param)),
    )
    .filter((place): place is string => typeof place === 'string');
}
