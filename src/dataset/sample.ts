/**
 * A song of the dataset, with everything that decides its tensors already settled. A list of samples is the output of the
 * `dataset` stage; it crosses processes as JSON, so the fields are plain data and keep their spelling everywhere.
 *
 * What decides what: the audio latents come from `audio_hash` alone, the text states from `prompt.text`, the lyric states
 * from `lyrics`. `name` and `audio_path` never enter a fingerprint, so that a renamed or moved song hits the cache.
 */
export interface Sample {
  /**
   * Path below the dataset's folder with `/` between its parts and the extension kept, e.g. `live/first song.flac`. It
   * depends on no other sample: adding or removing a file renames nothing.
   */
  readonly name: string;
  /** Absolute path of the audio file. */
  readonly audio_path: string;
  /** SHA-256 of the audio file's bytes, in hex. */
  readonly audio_hash: string;
  /** Length of the decoded audio in seconds. */
  readonly audio_seconds: number;
  readonly caption: string;
  readonly genre: string;
  /** Trigger word put into the caption as `tag_position` says; empty for none. */
  readonly custom_tag: string;
  readonly tag_position: TagPosition;
  /** Forces what the prompt's caption section is made of; `null` leaves it to the genre ratio. */
  readonly prompt_override: PromptSource | null;
  /** The text that the lyric encoder sees; `[Instrumental]` when the song has no words. */
  readonly lyrics: string;
  readonly is_instrumental: boolean;
  /** Language of the lyrics by its code (`en`, `yue`); `unknown` when no one said. It is in the text of the lyrics. */
  readonly language: string;
  /** Beats per minute as printed in the prompt (`97.5`); empty when unknown. */
  readonly bpm: string;
  /** `F# minor`; empty when unknown. */
  readonly keyscale: string;
  /** `4` or `3/4`; empty when unknown. */
  readonly timesignature: string;
  /** Whole seconds as printed in the prompt: the stated value, else the audio's real length. */
  readonly duration: number;
  /** How often an epoch shows this sample; at least 1. */
  readonly repeats: number;
  readonly prompt: Prompt;
  /** Where each piece of metadata was found, for `sidestep show sample`. */
  readonly origins: Readonly<Partial<Record<MetadataField, MetadataOrigin>>>;
  /** What an `analyze` stage measured, whether or not it was sure enough to fill it in. */
  readonly measurements?: Measurements;
}

/** What was measured of a song; a confidence of 0 says that there was nothing to measure it by. */
export interface Measurements {
  readonly seconds: number;
  /** Beats a minute; in 6/8 of dotted quarters. */
  readonly tempo: number;
  readonly tempo_confidence: number;
  /** The next likely tempo; 0 for none. */
  readonly other_tempo: number;
  readonly meter: string;
  readonly meter_confidence: number;
  readonly key: string;
  readonly key_confidence: number;
  /** Cents above A = 440 Hz. */
  readonly tuning: number;
  /** Integrated, in LUFS; null for silence. */
  readonly loudness: number | null;
  /** Largest magnitude of any audio sample, 1 for full scale. */
  readonly peak: number;
}

/** The text prompt as it is tokenised. */
export interface Prompt {
  /** Whether the caption section holds the caption or the genre. */
  readonly source: PromptSource;
  /** Every character, up to and including the newline after `<|endoftext|>`. */
  readonly text: string;
}

export type PromptSource = 'caption' | 'genre';

export const tagPositions = ['prepend', 'append', 'replace'] as const;
export type TagPosition = (typeof tagPositions)[number];

/** Metadata a song can have, by the names it has in dataset JSON files. */
export const metadataFields = [
  'caption',
  'genre',
  'lyrics',
  'bpm',
  'keyscale',
  'timesignature',
  'duration',
  'language',
  'is_instrumental',
  'custom_tag',
  'prompt_override',
  'repeats',
] as const;
export type MetadataField = (typeof metadataFields)[number];

/** From strongest to weakest: a value found earlier in this list wins. */
export const metadataOrigins = [
  'caption_stage',
  'analyze_stage',
  'dataset_json',
  'sidecar',
  'tags',
  'file_name',
  'audio',
  'pipeline',
  'default',
] as const;
export type MetadataOrigin = (typeof metadataOrigins)[number];

/** The output of the `dataset` stage: `samples.json`. */
export interface Dataset {
  /** In order of name, by code unit, so that the list does not depend on the file system. */
  readonly samples: readonly Sample[];
  readonly findings: readonly Finding[];
}

/** Something the dataset check noticed. An `error` makes the sample unusable; a `warning` lets it train. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** `dataset/what-is-wrong`. */
  readonly code: string;
  /** The sample's `name`; absent when the finding is about the dataset as a whole. */
  readonly sample?: string;
  readonly message: string;
  readonly hint?: string;
}
