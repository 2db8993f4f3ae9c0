import type {ConfiguredStage} from '../config/pipeline.js';

/** Pure: processes that may share a stage's work, as it says itself; a training whose job has several cards has one on each. */
export function wantedRanks({uses, resources}: Pick<ConfiguredStage, 'uses' | 'resources'>): number {
  if (uses !== 'train') return 1;
  const {ranks, executor} = resources;
  return (
    ranks ?? (executor?.device === 'cuda' && resources.device !== 'cpu' ? Math.max(1, executor.gpus) : 1)
  );
}

/** Pure: as many of them as an update has micro-batches; more would have nothing to do. */
export function usefulRanks(stage: Pick<ConfiguredStage, 'uses' | 'resources' | 'params'>): number {
  const micro_batches = Number(stage.params.gradient_accumulation_steps ?? 1);
  return Math.min(wantedRanks(stage), Math.max(1, micro_batches));
}

/**
 * Pure: of so many passes, those that follow each other where `ranks` that have a card each share the passes of an update. What goes
 * between them is not counted.
 */
export function passesInTurn(passes: number, ranks: number, micro_batches: number): number {
  return (passes * Math.ceil(micro_batches / ranks)) / micro_batches;
}
