import {isOff} from './ineffective.js';
import {type ParamObject, valueAt} from './param.js';
import type {DerivedFault} from './stage-type.js';

/** Shorter pieces of songs than Side-Step advises. */
const SHORT_CROP_S = 60;

/** More than Side-Step's own documentation ever takes. */
const MUCH_DROPOUT = 0.5;

/** Values of a training that are allowed and seldom meant. */
export function trainDoubts(params: ParamObject): DerivedFault[] {
  return [...prodigyRate(params), ...shortCrop(params), ...muchDropout(params)];
}

function prodigyRate(params: ParamObject): DerivedFault[] {
  const rate = valueAt(params, 'optimizer.learning_rate');
  if (valueAt(params, 'optimizer.type') !== 'prodigy' || typeof rate !== 'number' || rate === 1) return [];
  return [
    {
      param: 'optimizer.learning_rate',
      code: 'train/prodigy-rate',
      message: `Prodigy finds its rate itself, and this learning rate is a factor on what it finds: ${rate} of it is used`,
      hint: 'Leave it out, which is 1. To slow Prodigy down on purpose, `optimizer.d_coef` is meant for that.',
    },
  ];
}

function shortCrop(params: ParamObject): DerivedFault[] {
  const seconds = valueAt(params, 'crop.chunk_duration');
  const decides = isOff('crop.max_latent_length')(params);
  if (!decides || typeof seconds !== 'number' || seconds === 0 || seconds >= SHORT_CROP_S) return [];
  return [
    {
      param: 'crop.chunk_duration',
      code: 'train/short-crop',
      message: `Pieces of ${seconds} s hold little of a song's form: what comes after what is hardly learned`,
      hint: `${SHORT_CROP_S} is the least that Side-Step advises. Shorter pieces save memory and time.`,
    },
  ];
}

function muchDropout(params: ParamObject): DerivedFault[] {
  const dropout = valueAt(params, 'adapter.dropout');
  if (typeof dropout !== 'number' || dropout <= MUCH_DROPOUT) return [];
  return [
    {
      param: 'adapter.dropout',
      code: 'train/much-dropout',
      message: `${Math.round(dropout * 100)} % of the adapter's input is left out in every step: it learns slowly, if at all`,
      hint: 'Usual are 0 to 0.1; Side-Step takes 0.5 at most.',
    },
  ];
}
