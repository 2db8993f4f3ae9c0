import type {adapterKinds} from '../../adapter/adapter.js';

/** Everything the wizard finds out, in the words of its flags. Values are text as people type it, checked one by one. */
export interface Answers {
  readonly checkpoints: string;
  /** Folder name of a model below the checkpoints. */
  readonly model: string;
  /** `turbo`, `base` or `sft` for a fine-tune that does not tell; else `auto`. */
  readonly base: string;
  /** An audio folder, or a dataset JSON. */
  readonly songs: string;
  /** Trigger word put into every caption; empty for none. */
  readonly tag: string;
  readonly adapter: string;
  readonly preset: string;
  /** `basic`: the preset decides the rest. */
  readonly detail: string;
  readonly rank: string;
  readonly learning_rate: string;
  readonly epochs: string;
  readonly name: string;
}

export type AnswerId = keyof Answers;
export type SomeAnswers = Partial<Answers>;

export const adapterHints: Readonly<Record<(typeof adapterKinds)[number], string>> = {
  lora: 'the usual one; every program can load it',
  dora: 'LoRA that also learns magnitudes; somewhat slower',
  lokr: 'Kronecker product; small files, LyCORIS format',
  loha: 'Hadamard product; LyCORIS format',
  oft: 'orthogonal rotation of the base weights',
};
