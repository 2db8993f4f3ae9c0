import type {MetadataField, MetadataOrigin} from './sample.js';

/** What one source (a dataset JSON entry, a sidecar, the file's tags) says about a song; absent: it says nothing. */
export type SongMetadata = Partial<Record<MetadataField, string>>;

/** A source of metadata by its rank; see `metadataOrigins`. */
export interface MetadataSource {
  readonly origin: MetadataOrigin;
  readonly metadata: SongMetadata;
}

/** For every field the first source that says something, and which one it was. */
export interface MergedMetadata {
  readonly metadata: SongMetadata;
  readonly origins: Partial<Record<MetadataField, MetadataOrigin>>;
}

/**
 * Merges sources, the strongest first. An empty value gives way to a weaker source that has one, but still counts as
 * said when none does: empty lyrics are not the same as no lyrics.
 */
export function mergeMetadata(sources: readonly MetadataSource[]): MergedMetadata {
  const metadata: SongMetadata = {};
  const origins: Partial<Record<MetadataField, MetadataOrigin>> = {};
  for (const source of sources) {
    for (const [field, value] of Object.entries(source.metadata) as [MetadataField, string][]) {
      if (metadata[field] !== undefined && (metadata[field] !== '' || value === '')) continue;
      metadata[field] = value;
      origins[field] = source.origin;
    }
  }
  return {metadata, origins};
}

/** Other names under which people and programs write the fields. */
const aliases: Readonly<Record<string, MetadataField>> = {
  caption: 'caption',
  prompt: 'caption',
  genre: 'genre',
  genres: 'genre',
  tags: 'genre',
  lyrics: 'lyrics',
  lyric: 'lyrics',
  bpm: 'bpm',
  tempo: 'bpm',
  key: 'keyscale',
  keyscale: 'keyscale',
  key_scale: 'keyscale',
  scale: 'keyscale',
  sig: 'timesignature',
  signature: 'timesignature',
  timesignature: 'timesignature',
  time_signature: 'timesignature',
  duration: 'duration',
  length: 'duration',
  language: 'language',
  lang: 'language',
  is_instrumental: 'is_instrumental',
  instrumental: 'is_instrumental',
  custom_tag: 'custom_tag',
  trigger: 'custom_tag',
  prompt_override: 'prompt_override',
  repeat: 'repeats',
  repeats: 'repeats',
};

/** The field that a key of a sidecar or dataset JSON means, whatever its case and spacing. */
export function fieldNamed(key: string): MetadataField | undefined {
  const plain = key
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return Object.hasOwn(aliases, plain) ? aliases[plain] : undefined;
}

/** `true`, `yes`, `1` in any case; anything else is no. */
export function isYes(text: string | undefined): boolean {
  return /^(true|yes|1)$/i.test(text?.trim() ?? '');
}

/** Whole seconds as upstream reads them (`int(float(x))`); 0 for what is not a number. */
export function wholeSeconds(text: string | undefined): number {
  const seconds = Math.trunc(Number(text?.trim() || '0'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
