import {type DetailId, type GroupId, isDetailId, isGroupId} from './details.js';

/** What the wizard finds out about every pipeline, in the order of its questions and in the words of its flags. */
export const basicIds = [
  'checkpoints',
  'model',
  'base',
  'source',
  'songs',
  'tag',
  'adapter',
  'preset',
  'detail',
  'measure',
  'include',
  'profiles',
  'name',
] as const;

export type BasicId = (typeof basicIds)[number];
export type AnswerId = BasicId | GroupId | DetailId;

/**
 * Values are text as people type it, checked one by one. `checkpoints`: a folder; `model`: a folder name below it; `base`:
 * `turbo`, `base` or `sft` for a fine-tune that does not say, else `auto`; `source`: `songs` or
 * `tensors`; `songs`: an audio folder or a dataset JSON, or the folder of tensors; `detail`: `basic` leaves all to the preset;
 * `measure`: `no`, or what of the measured is used, `modules` or `ranks`; `include` and `profiles`: `no`, or the file that has
 * them, `profiles` also `this` for one of this machine. Empty: no trigger word.
 */
type BasicAnswers = Readonly<Record<BasicId, string>>;

/** Also `keep` or `change` for groups of details, and each detail as YAML text; empty: the key stays unset. */
type DetailAnswers = {readonly [id in GroupId | DetailId]?: string};

export type Answers = BasicAnswers & DetailAnswers;
export type SomeAnswers = Partial<BasicAnswers> & DetailAnswers;

export function isAnswerId(id: string): id is AnswerId {
  return (basicIds as readonly string[]).includes(id) || isGroupId(id) || isDetailId(id);
}

/** The details that have an answer, each with its YAML text, in the order in which they were given. */
export function detailsIn(answers: SomeAnswers): readonly (readonly [DetailId, string])[] {
  return Object.entries(answers).flatMap(([id, text]) =>
    isDetailId(id) && text !== undefined && text !== '' ? [[id, text] as const] : [],
  );
}
