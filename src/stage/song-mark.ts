import {sha256} from '../base/hash.js';

/** What an adapter remembers of a song it was trained on: enough to know it again, and nothing that could be read or heard. */
export interface SongMark {
  /** First digits of the hash of the audio file. */
  readonly audio: string;
  /** `wordsMarkOf` its prompt and lyrics. */
  readonly words: string;
  /** How often an epoch shows it. */
  readonly repeats: number;
}

const AUDIO_DIGITS = 16;
const WORD_DIGITS = 12;

export function audioMarkOf(hash: string): string {
  return hash.slice(0, AUDIO_DIGITS);
}

/** `PROMPT.LYRICS`: the beginnings of the hashes of the texts that the text encoder read. */
export function wordsMarkOf(prompt: string, lyrics: string): string {
  return `${promptMark(prompt)}.${promptMark(lyrics)}`;
}

function promptMark(text: string): string {
  return sha256(text).slice(0, WORD_DIGITS);
}

/** `AUDIO PROMPT.LYRICS`, and `x3` where it is shown so often. */
export function songMarkText({audio, words, repeats}: SongMark): string {
  return [audio, words, ...(repeats === 1 ? [] : [`x${repeats}`])].join(' ');
}

/** Undefined for what is no such text. */
export function parseSongMark(text: string): SongMark | undefined {
  const [, audio, words, repeats = '1'] =
    /^([0-9a-f]{16}) ([0-9a-f]{12}\.[0-9a-f]{12})(?: x([0-9]+))?$/.exec(text) ?? [];
  return audio === undefined || words === undefined ? undefined : {audio, words, repeats: Number(repeats)};
}
