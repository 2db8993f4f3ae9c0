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
 * Which state `checkpoint: best` exports, and what it was kept for: of two that hardly differ the earlier is kept, and training losses
 * are smoothed before they are compared.
 */
export function keptBestText({best_by, best_at, kept_best}: BestFacts): string {
  if (kept_best === null) return '';
  const {epoch, global_step, loss} = kept_best;
  const place = best_at?.epoch === epoch ? `epoch ${epoch}, too` : `epoch ${epoch} (step ${global_step})`;
  const of = best_by === 'validation' ? numberText(loss) : `smoothed ${numberText(loss)}`;
  return `kept as \`best\`: ${place}, ${of}; \`export: {checkpoint: best}\` exports it`;
}
