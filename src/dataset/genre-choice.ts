import {sha256} from '../base/hash.js';
import {pythonRandom, pythonShuffle} from './mersenne-twister.js';
import type {PromptSource} from './sample.js';

/**
 * The default law: every song draws for itself, from the seed and its own audio, so that adding, removing or renaming
 * songs changes no other song's prompt. Over many songs the share approaches `genre_ratio` percent.
 */
export function drawPromptSource(song: {
  audio_hash: string;
  seed: number;
  genre_ratio: number;
}): PromptSource {
  const digest = sha256(`genre choice\n${song.seed}\n${song.audio_hash}`);
  const uniform = Number.parseInt(digest.slice(0, 13), 16) / 2 ** 52;
  return uniform * 100 < song.genre_ratio ? 'genre' : 'caption';
}

/**
 * Upstream's law (`select_genre_indices`): the positions 0..count-1 of the sorted list are shuffled by Python's generator
 * and the first `genre_ratio` percent, rounded down, use the genre. Exactly that share, but one more song reshuffles all.
 */
export function upstreamGenreIndices(list: {
  count: number;
  seed: number;
  genre_ratio: number;
}): ReadonlySet<number> {
  const chosen = Math.trunc((list.count * list.genre_ratio) / 100);
  if (chosen <= 0) return new Set();
  const positions = Array.from({length: list.count}, (_, position) => position);
  return new Set(pythonShuffle(positions, pythonRandom(list.seed)).slice(0, chosen));
}
