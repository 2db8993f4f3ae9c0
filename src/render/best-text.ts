import {numberText} from './quantity.js';

/** What there is to say of the best state of a training. */
export interface BestFacts {
  readonly best_loss: number | null;
  readonly best_by: 'validation' | 'training';
  readonly best_at: {readonly epoch: number; readonly global_step: number} | null;
  readonly kept_best: {readonly loss: number; readonly epoch: number; readonly global_step: number} | null;
}

/** `at epoch 7 (step 28)`; empty when nothing was measured. */
export function bestPlace({best_at}: Pick<BestFacts, 'best_at'>): string {
  return best_at === null ? '' : `at epoch ${best_at.epoch} (step ${best_at.global_step})`;
}

/**
 * Which state `checkpoint: best` exports, and what it was kept for: of two that hardly differ the earlier is kept, and of training
 * losses the mean of the last epochs is compared, since single ones go up and down by chance.
 */
export function keptBestText({best_by, kept_best}: BestFacts): string {
  if (kept_best === null) return '';
  const {epoch, global_step, loss} = kept_best;
  const of = best_by === 'validation' ? 'validation loss' : 'mean training loss of the last epochs';
  return `\`best\` is the adapter of epoch ${epoch} (step ${global_step}): ${of} ${numberText(loss)}; \`export: {checkpoint: best}\` exports it`;
}
