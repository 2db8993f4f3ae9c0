import type {Problem} from '../base/problem.js';
import {outOfPlace} from '../run/out-of-place.js';
import {outdatedStages} from '../run/publish.js';
import type {PlannedPipeline} from './plan-pipeline.js';

/** What a run would put back although nothing has to be computed. */
export async function placeWarnings({plan, observation}: PlannedPipeline): Promise<Problem[]> {
  const {cache, world, hashes} = observation;
  const {outdated} = await outdatedStages(plan.stages, {cache, view: world.cache, hashes});
  const problem = outOfPlace(plan.stages, outdated);
  return problem === undefined ? [] : [problem];
}
