import type {Pipeline} from '../../config/pipeline.js';
import {countText} from '../../render/quantity.js';

/**
 * Pure: how many updates a training over so many songs makes, in words: songs (repeated) over batch size are micro-batches, those over
 * the accumulation are updates, both rounded up in each epoch. Undefined without a train stage.
 */
export function predictedSteps({stages}: Pick<Pipeline, 'stages'>, songs: number): string | undefined {
  const params = stages.find(({uses}) => uses === 'train')?.params;
  if (params === undefined) return undefined;
  const {
    epochs,
    batch_size,
    gradient_accumulation_steps,
    dataset_repeats = 1,
  } = params as Readonly<Record<string, number>>;
  const batches = Math.ceil((songs * dataset_repeats) / batch_size!);
  const steps = epochs! * Math.ceil(batches / gradient_accumulation_steps!);
  return `${countText(songs, 'song')}, ${countText(epochs!, 'epoch')}: ${countText(steps, 'training step')}`;
}
