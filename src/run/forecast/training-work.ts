import {heldOutCount} from '../../dataset/hold-out.js';
import type {TrainingWork} from '../../event/effort.js';
import type {RatesQuestion} from '../../protocol/message.js';
import {type ParamObject, paramsToJson, valueAt} from '../../stage/param.js';
import {trainingSteps} from '../../stage/training-steps.js';

/** Pure: what a training on so many songs will do; some of them are held out. */
export function trainingWork(params: ParamObject, songs: number): TrainingWork {
  const {micro_steps_per_epoch, steps_per_epoch, total_steps} = trainingSteps(params, trained(params, songs));
  const whole_epochs = Math.floor(total_steps / Math.max(1, steps_per_epoch));
  // An epoch that is cut short ends in a full group.
  const last_micro_steps =
    (total_steps - whole_epochs * steps_per_epoch) * Number(params.gradient_accumulation_steps);
  return {
    epochs: Number(params.epochs),
    micro_steps: whole_epochs * micro_steps_per_epoch + last_micro_steps,
    steps: total_steps,
  };
}

function trained(params: ParamObject, songs: number): number {
  return songs - heldOutCount(songs, Number(valueAt(params, 'validation.fraction') ?? 0));
}

const COUNTING = ['epochs', 'max_steps', 'batch_size', 'gradient_accumulation_steps', 'dataset_repeats'];

/** Pure: what to ask the engine for the curve of a training on so many songs. */
export function ratesQuestion(params: ParamObject, songs: number): RatesQuestion {
  const asked = Object.entries(paramsToJson(params)).filter(([key]) =>
    ['optimizer', 'schedule', ...COUNTING].includes(key),
  );
  return {options: Object.fromEntries(asked), samples: trained(params, songs)};
}
