import {namesIn} from '../base/folder.js';
import type {Problem} from '../base/problem.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {valueAt} from '../stage/param.js';
import type {StageType} from '../stage/stage-type.js';

/** Whether what a stage published must stay as it is; `overwrite` names stages of which it need not, by id or key. */
export function isProtected(
  {protect, id, declared_as}: Pick<ConfiguredStage, 'protect' | 'id' | 'declared_as'>,
  overwrite: readonly string[],
): boolean {
  return protect === 'published' && !overwrite.includes(id) && !overwrite.includes(declared_as);
}

/** Said before anything is computed: stages that are to run, whose result will not appear where an earlier one is protected. */
export function protectedPlaces(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
  overwrite: readonly string[],
): Problem[] {
  return stages.flatMap((stage) => {
    if (!isProtected(stage, overwrite)) return [];
    const places = (types.get(stage.uses)?.publishes ?? []).flatMap(({param}) => {
      const path = valueAt(stage.params, param);
      return typeof path === 'string' && namesIn(path).length > 0 ? [path] : [];
    });
    return places.map((path) => ({
      code: 'run/protected',
      message: `${stage.id} is protected and has results at ${path}: what it makes now stays in the cache where it differs`,
      hint: `To publish it, add --overwrite ${stage.id}.`,
      position: stage.position,
    }));
  });
}
