import pLimit from 'p-limit';
import {type Problem, SidestepError} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import type {SoundReport} from './audio/sound-report.js';
import type {DatasetOptions} from './dataset-options.js';
import {
  type DescribedSong,
  describeSong,
  makeSample,
  type SharedRules,
  sharedRules,
} from './describe-song.js';
import {findSongs, type Song} from './find-songs.js';
import {drawPromptSource, upstreamGenreIndices} from './genre-choice.js';
import {duplicateAudio, type HeardSample, lintSamples, lintTokens} from './lint.js';
import type {Dataset, Finding, PromptSource, Sample} from './sample.js';
import {type ListFolder, rememberedFolders} from './sidecar-names.js';
import {isYes} from './song-metadata.js';
import type {Tokenizer} from './tokenizer.js';

/** What reading a dataset needs from outside apart from its files. */
export interface DatasetEffects {
  /** Content hash of a file; may remember files that did not change. */
  readonly hashFile: (path: string) => Promise<{readonly hash: string}>;
  /** Listens to a file from end to end; may remember what it heard by hash. Throws `audio/*`. */
  readonly listen: (path: string, hash: string) => Promise<SoundReport>;
  /** The text encoder's tokenizer, to find texts that are too long; without it they are found when they are encoded. */
  readonly tokenizer?: Tokenizer;
  /** Songs that are read at once; 1 when absent. What comes of them does not depend on it. */
  readonly songs_at_once?: number;
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Finds, describes and checks every song before any heavy work. The Result holds the problems of the dataset JSON; what
 * is wrong with single songs are findings, and songs with an `error` finding are not among the samples.
 * Throws `dataset/no-samples` and the file system's errors.
 */
export async function readDataset(
  options: DatasetOptions,
  effects: DatasetEffects,
): Promise<Result<Dataset>> {
  const found = await findSongs(options);
  if (!found.ok) return found;
  const rules = sharedRules(options, found.value.defaults);
  const draw = promptSources(options, {songs: found.value.songs, genre_ratio: rules.genre_ratio});
  const read = await readSongs(found.value.songs, {
    options,
    effects,
    rules,
    draw,
    list: rememberedFolders(),
  });
  const heard = read.flatMap(({sample}) => (sample === undefined ? [] : [sample]));
  const findings: Finding[] = [...found.value.findings, ...read.flatMap((song) => song.findings)];
  findings.push(...lintSamples(heard));
  const {tokenizer} = effects;
  if (tokenizer !== undefined) findings.push(...heard.flatMap(({sample}) => lintTokens(sample, tokenizer)));
  const samples = heard.map(({sample}) => sample);
  const duplicates = handleDuplicates(samples, options.duplicates);
  return ok({samples: duplicates.samples, findings: [...findings, ...duplicates.findings]});
}

type Draw = (song: {name: string; audio_hash: string}) => PromptSource;

interface Reading {
  readonly options: DatasetOptions;
  readonly effects: DatasetEffects;
  readonly rules: SharedRules;
  readonly draw: Draw;
  readonly list: ListFolder;
}

interface ReadSong {
  readonly sample?: HeardSample;
  readonly findings: readonly Finding[];
}

/** Several at once, the results in the order of the songs. After an error that is no single song's, no further one begins. */
async function readSongs(songs: readonly Song[], reading: Reading): Promise<readonly ReadSong[]> {
  const {songs_at_once = 1, progress} = reading.effects;
  const limit = pLimit(songs_at_once);
  let done = 0;
  const readOne = async (song: Song): Promise<ReadSong> => {
    const read = await readSong(song, reading);
    done += 1;
    progress?.(done, songs.length);
    return read;
  };
  try {
    return await Promise.all(songs.map((song) => limit(readOne, song)));
  } finally {
    limit.clearQueue();
  }
}

async function readSong(song: Song, reading: Reading): Promise<ReadSong> {
  const {options, effects} = reading;
  try {
    const described = await describeSong(song, {...options, list: reading.list});
    const {hash} = await effects.hashFile(song.path);
    const sound = await effects.listen(song.path, hash);
    const sample = makeSample(described, {
      audio: {audio_hash: hash, audio_seconds: sound.seconds},
      rules: reading.rules,
      drawn: reading.draw({name: song.name, audio_hash: hash}),
    });
    const remarks = described.remarks.map((remark) => finding(remark.severity, song, remark));
    const notes = remarks.filter(({severity}) => severity === 'warning');
    const refusals = [
      ...remarks.filter(({severity}) => severity === 'error'),
      ...refuse(described, sound, options),
    ];
    return refusals.length > 0
      ? {findings: [...notes, ...refusals]}
      : {sample: {sample, sound}, findings: notes};
  } catch (error) {
    if (error instanceof SidestepError) return {findings: [finding('error', song, error.problem)]};
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code !== 'string' || !(error instanceof Error)) throw error; // a bug, or the stop signal
    return {findings: [finding('error', song, {code: 'dataset/unreadable', message: error.message})]};
  }
}

/** Nothing that was mixed goes so far beyond full scale (40 dB). */
const LOUDEST = 100;

function unscaled(song: Song, {peak}: SoundReport): Finding[] {
  if (peak <= LOUDEST) return [];
  const scale = 2 ** Math.ceil(Math.log2(peak));
  return [
    finding('error', song, {
      code: 'dataset/not-normalized',
      message: `${song.name} reaches ${Math.round(peak)} times full scale: its floats were written without scaling`,
      hint: `Bring them into -1 to 1: ffmpeg -i in.wav -af volume=1/${scale} -c:a pcm_f32le out.wav`,
    }),
  ];
}

/** What the user said a song must have to be trained, and what it cannot be. */
function refuse({song, metadata}: DescribedSong, sound: SoundReport, options: DatasetOptions): Finding[] {
  const found = unscaled(song, sound);
  if (sound.seconds < options.min_duration)
    found.push(
      finding('error', song, {
        code: 'dataset/too-short',
        message: `${song.name} lasts ${sound.seconds.toFixed(2)} s, less than min_duration ${options.min_duration} s`,
      }),
    );
  const sung = !isYes(metadata.is_instrumental); // as far as anybody says
  if (options.missing_lyrics === 'fail' && sung && metadata.lyrics === undefined)
    found.push(
      finding('error', song, {
        code: 'dataset/missing-lyrics',
        message: `${song.name} has no lyrics`,
        hint: `Write them into ${song.name.replace(/\.[^.]*$/, '')}.lyrics.txt, or set missing_lyrics: instrumental.`,
      }),
    );
  return found;
}

function finding(severity: Finding['severity'], song: Song, problem: Problem): Finding {
  const {code, message, hint} = problem;
  return {severity, code, sample: song.name, message, ...(hint === undefined ? {} : {hint})};
}

function promptSources(
  {genre_choice, seed}: DatasetOptions,
  {songs, genre_ratio}: {songs: readonly Song[]; genre_ratio: number},
): Draw {
  if (genre_choice === 'sample') return ({audio_hash}) => drawPromptSource({audio_hash, seed, genre_ratio});
  const byPath = songs.toSorted((a, b) => (a.path < b.path ? -1 : 1)); // upstream sorts full paths
  const chosen = upstreamGenreIndices({count: songs.length, seed, genre_ratio});
  const genre = new Set(byPath.filter((_, index) => chosen.has(index)).map(({name}) => name));
  return ({name}) => (genre.has(name) ? 'genre' : 'caption');
}

function handleDuplicates(
  samples: readonly Sample[],
  policy: DatasetOptions['duplicates'],
): {samples: readonly Sample[]; findings: Finding[]} {
  const copies = duplicateAudio(samples);
  const findings = copies.map(
    ({original, copy}): Finding => ({
      severity: policy === 'fail' ? 'error' : 'warning',
      code: 'dataset/duplicate-audio',
      sample: copy.name,
      message: `${copy.name} has the same audio as ${original.name}${policy === 'skip' ? ' and is left out' : ''}`,
      hint: 'Remove one of them; `repeats` is the way to show a song more often.',
    }),
  );
  const dropped = new Set(policy === 'warn' ? [] : copies.map(({copy}) => copy.name));
  return {samples: samples.filter(({name}) => !dropped.has(name)), findings};
}
