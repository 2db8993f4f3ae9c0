import type {Problem} from '../base/problem.js';
import type {Settings} from '../config/user/settings.js';
import {memoryProblem} from '../event/memory-forecast.js';
import type {Plan} from '../plan/plan.js';
import type {CardName} from '../run/forecast/cards.js';
import {type Forecasts, forecastMemory} from '../run/forecast/forecast.js';
import type {PlannedPipeline} from './plan-pipeline.js';

/** Bytes that the user's settings allow on every device; undefined: what there is. */
export function memoryLimit({values}: Settings): number | undefined {
  return values.memory_limit_gib === undefined ? undefined : values.memory_limit_gib * 2 ** 30;
}

/** What the stages of a plan will take. */
export function forecastsFor(
  {plan, observation, runContext, settings}: PlannedPipeline,
  card?: CardName,
): Promise<Forecasts> {
  return forecastMemory({plan, observation, runContext, limit_bytes: memoryLimit(settings), card});
}

/** Stages that cannot fit, each as `run/memory-insufficient`. */
export function memoryProblems(plan: Plan, forecasts: Forecasts): Problem[] {
  return plan.stages.flatMap(({id, configured}) => {
    const memory = forecasts.get(id);
    if (memory?.kind !== 'known' || memory.fits !== 'no') return [];
    return [memoryProblem({stage: id, position: configured.position}, memory)];
  });
}
