import {copyFile, symlink} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {RecipeList} from '../adapter/recipe.js';
import {writeDurably} from '../base/durable.js';
import {hashFile} from '../base/hash.js';
import {isJsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {isSystemError} from '../base/system-error.js';
import type {SoundReport} from '../dataset/audio/sound-report.js';
import type {DatasetOptions} from '../dataset/dataset-options.js';
import {readDataset} from '../dataset/read-dataset.js';
import type {Sample} from '../dataset/sample.js';
import {openSongListeners, SONGS_AT_ONCE} from '../run/light/dataset.js';
import type {Conditioning} from '../stage/conditioning.js';
import {datasetEntry, type ListAtHand} from './pipeline.js';
import {type FoundSong, matchSongs, type SongDifference} from './songs.js';
import type {TrainingSources} from './trainings.js';

export interface SongsPlace {
  readonly audio_dir: string | undefined;
  readonly dataset_json: string | undefined;
}

/** How words are taken from beside the songs: the usual way first. */
const WAYS = (['use', 'prefer', 'ignore'] as const).flatMap((sidecars) =>
  (['use', 'ignore'] as const).map((file_tags) => ({sidecars, file_tags})),
);

/** Of one list of the recipe. */
export interface MatchedList {
  readonly songs: readonly FoundSong[];
  readonly differences: readonly SongDifference[];
}

/** The songs of every list that was encoded from songs; undefined for the others. Throws what reading songs throws. */
export async function songsAtHand(
  {lists}: TrainingSources,
  {trigger}: {readonly trigger: string},
  place: SongsPlace,
): Promise<readonly (MatchedList | undefined)[]> {
  const read = openReader(place);
  try {
    const matched: (MatchedList | undefined)[] = [];
    for (const list of lists)
      matched.push('songs' in list ? await matchList(list, trigger, read.way) : undefined);
    return matched;
  } finally {
    await read.close();
  }
}

type Read = (way: (typeof WAYS)[number]) => Promise<readonly Sample[]>;

async function matchList(
  {songs, pass1}: Extract<RecipeList, {songs: unknown}>,
  trigger: string,
  read: Read,
): Promise<MatchedList> {
  const conditioning = (isJsonObject(pass1.params) ? pass1.params.conditioning : 'inference') as Conditioning;
  const readings: (readonly Sample[])[] = [];
  let matched: MatchedList = {songs: [], differences: []};
  for (const way of WAYS) {
    readings.push(await read(way));
    matched = matchSongs(readings, {marks: songs, conditioning, trigger});
    if (matched.differences.length === 0) break;
  }
  return matched;
}

/** Reads the songs again for each way, and listens to each file once. */
function openReader(place: SongsPlace): {readonly way: Read; readonly close: () => Promise<void>} {
  const listeners = openSongListeners(new AbortController().signal); // Ctrl-C ends the process: nothing here is half-written
  const heard = new Map<string, Promise<SoundReport>>();
  const hashes = new Map<string, ReturnType<typeof hashFile>>();
  const once = <Value>(known: Map<string, Promise<Value>>, key: string, find: () => Promise<Value>) => {
    const value = known.get(key) ?? find();
    known.set(key, value);
    return value;
  };
  return {
    close: listeners.close,
    way: async (way) => {
      const result = await readDataset(optionsOf(place, way), {
        songs_at_once: SONGS_AT_ONCE,
        hashFile: (path) => once(hashes, path, () => hashFile(path)),
        listen: (path, hash) => once(heard, hash, () => listeners.listen(path)),
      });
      if (result.ok) return result.value.samples;
      throw new SidestepError(result.problems[0]!);
    },
  };
}

function optionsOf({audio_dir, dataset_json}: SongsPlace, way: (typeof WAYS)[number]): DatasetOptions {
  return {
    ...(audio_dir === undefined ? {} : {audio_dir}),
    ...(dataset_json === undefined ? {} : {dataset_json}),
    ...way,
    extensions: ['wav', 'mp3', 'flac', 'ogg', 'opus', 'm4a', 'aac'],
    exclude: [],
    folders: 'recursive',
    genre_choice: 'sample',
    language: 'unknown',
    missing_lyrics: 'instrumental',
    duplicates: 'warn',
    min_duration: 0,
    seed: 42,
    on_error: 'skip',
  };
}

/**
 * Lays the songs of a list out as the pipeline reads them: links in the order of the training, and a dataset JSON that holds all their
 * words.
 */
export async function layOut(
  folder: string,
  {songs, suffix}: {readonly songs: readonly FoundSong[]; readonly suffix: string},
): Promise<ListAtHand> {
  const audio = `songs${suffix}`;
  await removeTree(join(folder, audio));
  await makeFolder(join(folder, audio));
  const digits = Math.max(4, String(songs.length).length);
  const entries = [];
  for (const [i, song] of songs.entries()) {
    const name = `${String(i + 1).padStart(digits, '0')} ${basename(song.sample.audio_path)}`;
    await linkOrCopy(song.sample.audio_path, join(folder, audio, name));
    entries.push(datasetEntry(name, song));
  }
  const dataset_json = `${audio}.json`;
  await writeDurably(join(folder, dataset_json), `${JSON.stringify({samples: entries}, null, 1)}\n`);
  const tagged = songs.find(({custom_tag}) => custom_tag !== '') ?? songs[0];
  return {
    kind: 'songs',
    audio_dir: `./${audio}`,
    dataset_json: `./${dataset_json}`,
    tag_position: tagged?.tag_position ?? 'prepend',
  };
}

/** Some systems let only administrators link. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await symlink(from, to);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    await copyFile(from, to);
  }
}
