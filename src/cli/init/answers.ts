import type {adapterKinds} from '../../adapter/adapter.js';

/** What the wizard finds out, in the order of its questions and in the words of its flags. */
export const answerIds = [
  'checkpoints',
  'model',
  'base',
  'songs',
  'tag',
  'adapter',
  'preset',
  'detail',
  'rank',
  'learning_rate',
  'epochs',
  'name',
] as const;

export type AnswerId = (typeof answerIds)[number];

/**
 * Values are text as people type it, checked one by one. `checkpoints`: a folder; `model`: a folder name below it; `base`:
 * `turbo`, `base` or `sft` for a fine-tune that does not tell, else `auto`; `songs`: an audio folder or a dataset JSON;
 * `detail`: `basic` leaves all to the preset. Empty: no trigger word, or the preset's own rank, learning rate, epochs.
 */
export type Answers = Readonly<Record<AnswerId, string>>;
export type SomeAnswers = Partial<Answers>;

export const adapterHints: Readonly<Record<(typeof adapterKinds)[number], string>> = {
  lora: 'the usual one; every program can load it',
  dora: 'LoRA that also learns magnitudes; somewhat slower',
  lokr: 'Kronecker product; small files, LyCORIS format',
  loha: 'Hadamard product; LyCORIS format',
  oft: 'orthogonal rotation of the base weights',
};
