import type {Problem} from '../base/problem.js';
import {normalKey} from './musical-key.js';
import type {MetadataField} from './sample.js';

/** What a written value comes to: the text for the field, empty when it says nothing, or why it cannot be one. */
export type FieldValue = {readonly text: string} | {readonly expected: string};

/** Judges what a person wrote behind the name of a field. */
export function fieldValue(field: MetadataField, written: string): FieldValue {
  const text = written.trim();
  if (/^(?:n\/?a|none|null|unknown|-|\?)$/i.test(text) && field !== 'caption' && field !== 'lyrics')
    return {text: field === 'language' ? text : ''};
  if (text === '' || field === 'caption' || field === 'lyrics') return {text};
  const judge = judges[field];
  const judged = judge === undefined ? text : judge.read(text);
  return judged === undefined ? {expected: judge!.expected} : {text: judged};
}

interface Judge {
  readonly expected: string;
  /** The value, empty when it says nothing; undefined when it is none. */
  readonly read: (text: string) => string | undefined;
}

const judges: Partial<Record<MetadataField, Judge>> = {
  bpm: {
    expected: 'beats per minute, such as 92',
    read: (text) => {
      const [, number] = /^(\d{1,3}(?:\.\d+)?)(?:\s*bpm)?$/i.exec(text) ?? [];
      return number !== undefined && Number(number) === 0 ? '' : number;
    },
  },
  keyscale: {
    expected: 'a key, such as A minor',
    read: (text) => (normalKey(text) === undefined ? undefined : text),
  },
  timesignature: {
    expected: 'a time signature, such as 4 or 3/4',
    read: (text) => /^(\d{1,2}(?:\s*\/\s*\d{1,2})?)(?:\s+time)?$/i.exec(text)?.[1],
  },
  duration: {
    expected: 'seconds',
    read: (text) => /^(\d+(?:\.\d+)?)(?:\s*s(?:ec(?:onds?)?)?)?$/i.exec(text)?.[1],
  },
  is_instrumental: {
    expected: 'yes or no',
    read: (text) => (/^(?:yes|no|true|false|1|0)$/i.test(text) ? text : undefined),
  },
  repeats: {
    expected: 'a whole number from 1',
    read: (text) => (checkField('repeats', text) === undefined ? text : undefined),
  },
  prompt_override: {
    expected: 'caption or genre',
    read: (text) => (checkField('prompt_override', text) === undefined ? text : undefined),
  },
};
/** A problem with the value of a field, whatever file it is in; `undefined` when it is fine. */
export function checkField(field: MetadataField, text: string): Problem | undefined {
  if (field === 'prompt_override' && !['', 'caption', 'genre'].includes(text))
    return {
      code: 'dataset/wrong-value',
      message: `prompt_override is ${JSON.stringify(text)}, expected caption or genre`,
    };
  if (field === 'repeats' && !/^[1-9]\d{0,5}$/.test(text))
    return {
      code: 'dataset/wrong-value',
      message: `repeats is ${JSON.stringify(text)}, expected a whole number from 1`,
      ...(/^[-+]?0+(\.0*)?$/.test(text)
        ? {hint: 'To leave a song out, name it in `exclude:` of the dataset stage, or remove its entry.'}
        : {}),
    };
  return undefined;
}
