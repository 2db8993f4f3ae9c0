import {stat} from 'node:fs/promises';
import {dirname, extname, sep} from 'node:path';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {probeAudio} from '../dataset/audio/probe.js';
import type {DatasetOptions} from '../dataset/dataset-options.js';
import {findSongs, type Song} from '../dataset/find-songs.js';
import {readSidecars} from '../dataset/sidecar.js';
import {type ListFolder, rememberedFolders} from '../dataset/sidecar-names.js';
import {countText, durationText} from '../render/quantity.js';
import {schemas} from '../schema/schemas.generated.js';

/** What is in an audio folder or a dataset JSON, looked at quickly: headers and texts, no sound. */
export interface SongsAtHand {
  readonly count: number;
  /** How many of them cannot be read: nothing can be made of those. */
  readonly unusable: number;
  /** Length of each that can be read. */
  readonly seconds: readonly number[];
  /** How many files have which ending. */
  readonly endings: ReadonlyMap<string, number>;
  readonly with_caption: number;
  readonly with_lyrics: number;
  /** Files that cannot be used, entries without a song, texts that cannot be read. */
  readonly problems: readonly string[];
}

/** `place`: absolute. Problems: `dataset/*`. */
export async function lookAtSongs(place: string): Promise<Result<SongsAtHand>> {
  const info = await stat(place).catch(() => undefined);
  const named = info?.isFile() ? {dataset_json: place} : {audio_dir: place};
  try {
    const found = await findSongs({...datasetDefaults(), ...named});
    if (!found.ok) return found;
    const {songs, findings} = found.value;
    const list = rememberedFolders();
    const looks = await Promise.all(songs.map((song) => lookAt(song, list)));
    const problems = findings
      .map(({message}) => message)
      .concat(looks.flatMap((look) => look.problems))
      .map((message) => message.replaceAll(`${dirname(place)}${sep}`, '')); // as short as the answer was
    return ok({
      count: songs.length,
      unusable: looks.filter(({seconds}) => seconds === undefined).length,
      seconds: looks.flatMap(({seconds}) => seconds ?? []),
      endings: countedBy(songs, (song) => extname(song.path).slice(1).toLowerCase()),
      with_caption: looks.filter(({has_caption}) => has_caption).length,
      with_lyrics: looks.filter(({has_lyrics}) => has_lyrics).length,
      problems,
    });
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
}

interface Look {
  readonly seconds: number | undefined;
  readonly has_caption: boolean;
  readonly has_lyrics: boolean;
  readonly problems: readonly string[];
}

async function lookAt({path, entry}: Song, list: ListFolder): Promise<Look> {
  const problems: Problem[] = [];
  const format = await probeAudio(path).catch((error: unknown) => {
    if (!(error instanceof SidestepError)) throw error;
    problems.push(error.problem);
    return undefined;
  });
  const beside = await readSidecars(path, {list, elsewhere: entry?.metadata ?? {}});
  problems.push(...beside.remarks);
  const has = (field: 'caption' | 'lyrics') => Boolean(beside.metadata[field] || entry?.metadata[field]);
  return {
    seconds: format === undefined ? undefined : (format.frames ?? 0) / format.sample_rate,
    has_caption: has('caption'),
    has_lyrics: has('lyrics'),
    problems: problems.map(({message}) => message),
  };
}

/** The stage's parameters as they are when no one says anything. */
function datasetDefaults(): DatasetOptions {
  const properties = Object.entries(schemas['stage.dataset']!.properties!);
  const said = properties.flatMap(([key, {default: value}]) => (value === undefined ? [] : [[key, value]]));
  return Object.fromEntries(said) as DatasetOptions;
}

function countedBy<T>(all: readonly T[], word: (one: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(word(one), (counts.get(word(one)) ?? 0) + 1);
  return counts;
}

/** More than these would push the next question off the screen; the dataset stage tells all. */
const MOST_PROBLEMS = 5;

/** Pure: `12 songs (10 flac, 2 mp3), 48 min 10 s of music`, how many have texts beside them or in the JSON, and what is wrong. */
export function songsText({
  count,
  seconds,
  endings,
  with_caption,
  with_lyrics,
  problems,
}: SongsAtHand): string {
  const whole = seconds.reduce((sum, each) => sum + each, 0) * 1000;
  const kinds = [...endings].map(([ending, of]) => (of === count ? ending : `${of} ${ending}`)).join(', ');
  const shown = problems.slice(0, MOST_PROBLEMS);
  return [
    `${countText(count, 'song')} (${kinds}), ${durationText(whole)} of music`,
    `with a caption: ${share(with_caption, count)}; with lyrics: ${share(with_lyrics, count)} (tags not counted)`,
    ...shown.map((problem) => `problem: ${problem}`),
    ...(problems.length > shown.length ? [`and ${problems.length - shown.length} more problems`] : []),
  ].join('\n');
}

function share(some: number, all: number): string {
  if (some === all) return 'all';
  return some === 0 ? 'none' : `${some} of ${all}`;
}

/** How many can be trained on. */
export function usable({count, unusable}: Pick<SongsAtHand, 'count' | 'unusable'>): number {
  return count - unusable;
}
