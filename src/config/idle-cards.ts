import type {Problem} from '../base/problem.js';
import {stageTypes} from '../stage/registry.js';
import type {ConfiguredStage} from './pipeline.js';

/** Pure: stages whose jobs would ask for more cards than they compute on, while others wait for them. Each is reported once, whatever its combinations. */
export function idleCards(stages: readonly ConfiguredStage[]): Problem[] {
  const told = new Map(stages.flatMap((stage) => idleIn(stage) ?? []).map((each) => [each.message, each]));
  return [...told.values()];
}

function idleIn(stage: ConfiguredStage): Problem | undefined {
  const {declared_as: name, uses, position, resources} = stage;
  const {executor} = resources;
  if (executor?.how.type !== 'slurm' || executor.device === 'cpu' || resources.device === 'cpu')
    return undefined;
  const {gpus} = executor;
  const used = cardsUsed(stage, gpus);
  if (used >= gpus) return undefined;
  return {
    code: 'config/idle-cards',
    message: `A job of ${name} asks for ${gpus === 1 ? 'a card' : `${gpus} cards`} and computes on ${used === 0 ? 'none' : used}`,
    position,
    hint: `Say \`gpus: ${used}\` in its resources${adviceFor(uses)}.`,
  };
}

/** What a command of the user's computes on, it alone knows. */
function cardsUsed({uses, params, resources}: ConfiguredStage, gpus: number): number {
  if (uses === 'command') return gpus;
  if (stageTypes.get(uses)?.numerics !== 'engine') return 0;
  if (uses !== 'train') return 1;
  return Math.min(resources.ranks ?? gpus, Math.max(1, Number(params.gradient_accumulation_steps ?? 1)));
}

function adviceFor(uses: string): string {
  if (uses === 'train')
    return '; a training uses as many as an update has micro-batches (`gradient_accumulation_steps`)';
  return stageTypes.get(uses)?.samples === undefined
    ? ''
    : '; `shards: 4` shares its songs over four jobs with a card each';
}
