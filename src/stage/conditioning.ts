import type {ParamObject} from './param.js';

/**
 * How the texts of a song become its condition: as programs that make music with the model build them (`inference`), or as
 * upstream's training programs do (`upstream`). docs/dataset.md lists the differences.
 */
export const conditionings = ['inference', 'upstream'] as const;
export type Conditioning = (typeof conditionings)[number];

/** The language where no one said in which one is sung. */
export const UNKNOWN_LANGUAGE = 'unknown';

/** The text that the lyric encoder reads. */
export function lyricsText(
  {lyrics, language}: {readonly lyrics: string; readonly language: string},
  conditioning: Conditioning,
): string {
  if (conditioning === 'upstream') return lyrics;
  return `# Languages\n${language || UNKNOWN_LANGUAGE}\n\n# Lyric\n${lyrics}<|endoftext|>`;
}

/** Tokens a text encoder's inputs may have. */
export interface TokenLimits {
  readonly text: number;
  readonly lyrics: number;
}

/** Upstream's limits; its training programs pad to them, inference does not. */
export const tokenLimits: Readonly<Record<Conditioning, TokenLimits>> = {
  inference: {text: 256, lyrics: 2048},
  upstream: {text: 256, lyrics: 512},
};

/** What a `preprocess.pass1` stage was told, with what is unset filled in. */
export function textOptions(params: ParamObject): {
  readonly conditioning: Conditioning;
  readonly limits: TokenLimits;
} {
  const {conditioning = 'inference', max_text_tokens, max_lyric_tokens} = params;
  const usual = tokenLimits[conditioning as Conditioning];
  return {
    conditioning: conditioning as Conditioning,
    limits: {
      text: Number(max_text_tokens ?? usual.text),
      lyrics: Number(max_lyric_tokens ?? usual.lyrics),
    },
  };
}

/** Frames of the silence latent that stand for a reference recording where there is none; 25 a second. */
export const SILENT_REFERENCE_FRAMES = 750;

/** For plans, runs and reports. */
export function conditioningWords(conditioning: Conditioning): string {
  switch (conditioning) {
    case 'inference':
      return 'conditions as inference builds them';
    case 'upstream':
      return "conditions as upstream's training programs build them";
  }
}
