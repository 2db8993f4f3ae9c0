import {heldOutCount} from '../../dataset/hold-out.js';
import type {TrainingWork} from '../../event/effort.js';
import type {RatesQuestion} from '../../protocol/message.js';
import {type ParamObject, paramsToJson, valueAt} from '../../stage/param.js';

/**
 * Pure: songs that are not held out (repeated) over batch size are micro-batches, those over the accumulation are updates,
 * both rounded up in each epoch, as the trainer counts them.
 */
export function trainingWork(params: ParamObject, songs: number): TrainingWork {
  const {
    batch_size,
    gradient_accumulation_steps,
    dataset_repeats = 1,
    max_steps = 0,
  } = params as Readonly<Record<string, number>>;
  const epochs = Number(params.epochs);
  const trained = songs - heldOutCount(songs, Number(valueAt(params, 'validation.fraction') ?? 0));
  const batches = Math.ceil((trained * dataset_repeats) / batch_size!);
  const steps_per_epoch = Math.ceil(batches / gradient_accumulation_steps!);
  const whole = epochs * steps_per_epoch;
  if (max_steps === 0 || max_steps >= whole) return {epochs, micro_steps: epochs * batches, steps: whole};
  // An epoch that is cut short ends in a full group.
  const micro_steps =
    Math.floor(max_steps / steps_per_epoch) * batches +
    (max_steps % steps_per_epoch) * gradient_accumulation_steps!;
  return {epochs, micro_steps, steps: max_steps};
}

/** Rates that make a picture of the curve. */
const POINTS = 40;

/** Pure: at most 40 learning rates from the first update to the last, of a training on so many songs; the engine answers. */
export function ratesQuestion(params: ParamObject, songs: number): RatesQuestion {
  const {steps: total_steps} = trainingWork(params, songs);
  const whole = trainingWork({...params, max_steps: 0}, songs);
  const {optimizer = {}, schedule = {}, epochs = null} = paramsToJson(params);
  const count = Math.min(POINTS, total_steps);
  const steps = Array.from({length: count}, (_, i) =>
    count === 1 ? 0 : Math.round((i * (total_steps - 1)) / (count - 1)),
  );
  return {
    options: {optimizer, schedule, epochs},
    total_steps,
    steps_per_epoch: whole.steps / whole.epochs,
    steps,
  };
}
