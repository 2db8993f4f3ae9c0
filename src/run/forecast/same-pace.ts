import {isJsonObject, type JsonObject} from '../../base/json.js';
import type {PlannedStage} from '../../plan/plan.js';
import type {MadeEntry, World} from '../../plan/world.js';

type Where = Pick<PlannedStage, 'type' | 'configured'>;

/** What an entry keeps of how fast its stage could be, beside its numerics: whether a card lacked its library for products. */
export function aboutPace(stage: Where, world: Pick<World, 'numerics'>): JsonObject {
  return productsOf(stage, world) === 'own' ? {own_products: true} : {};
}

/**
 * Pure: whether what a stage took says how long it will take. Not from a CPU to a card, from one precision to another, or from
 * the library's products to the engine's own.
 */
export function keepsPace(
  {numerics, about}: MadeEntry,
  stage: Where,
  world: Pick<World, 'numerics'>,
): boolean {
  if (stage.type.numerics !== 'engine') return true;
  const now = world.numerics(stage.configured.resources);
  if (now.kind === 'problem' || !isJsonObject(numerics)) return true; // it will not run, or no one can say
  const {backend, precision} = now.identity;
  if (numerics.backend !== backend || numerics.precision !== precision) return false;
  const products = productsOf(stage, world);
  return products === 'elsewhere' || (products === 'own') === (about.own_products === true);
}

/** Of a card that an executor hands out no one here knows what it has. */
function productsOf(
  {type, configured: {resources}}: Where,
  world: Pick<World, 'numerics'>,
): 'own' | 'library' | 'elsewhere' {
  if (type.numerics !== 'engine' || resources.executor !== undefined) return 'elsewhere';
  const now = world.numerics(resources);
  return now.kind === 'known' && now.own_products === true ? 'own' : 'library';
}
