import {makePrompt} from '../dataset/prompt.js';
import type {PromptSource, Sample, TagPosition} from '../dataset/sample.js';
import {tagPositions} from '../dataset/sample.js';
import {type Conditioning, lyricsText} from '../stage/conditioning.js';
import {audioMarkOf, parseSongMark, type SongMark, wordsMarkOf} from '../stage/song-mark.js';

/** What is not as it was when the adapter was trained. */
export interface SongDifference {
  readonly code: `reproduce/${string}`;
  readonly message: string;
}

/** A song at hand that an adapter was trained on, with the words it had then. */
export interface FoundSong {
  readonly sample: Sample;
  readonly source: PromptSource;
  readonly custom_tag: string;
  readonly tag_position: TagPosition;
  readonly repeats: number;
}

export interface SongMatch {
  /** In the order of the training. */
  readonly songs: readonly FoundSong[];
  readonly differences: readonly SongDifference[];
}

export interface SongQuestion {
  /** As the recipe has them. */
  readonly marks: readonly string[];
  readonly conditioning: Conditioning;
  /** Tag of the training's songs, as far as it is known. */
  readonly trigger: string;
}

/**
 * Pure: finds the songs of a training among those at hand, by their sound and their words, whatever the files are called. Several
 * readings of the same songs (with and without what is beside them) may be given; each song is taken from the one in which its
 * words are those of the training. What is not found is named, by the song at hand where one can be meant.
 */
export function matchSongs(
  readings: readonly (readonly Sample[])[],
  {marks, conditioning, trigger}: SongQuestion,
): SongMatch {
  const wanted = marks.flatMap((text) => parseSongMark(text) ?? []);
  const used = new Set<string>();
  const songs: FoundSong[] = [];
  const missing: SongMark[] = [];
  for (const mark of wanted) {
    const found = readings
      .flat()
      .filter(({audio_hash, audio_path}) => audioMarkOf(audio_hash) === mark.audio && !used.has(audio_path))
      .flatMap((sample) => withWords(sample, mark, {conditioning, trigger}) ?? [])[0];
    if (found === undefined) missing.push(mark);
    else {
      used.add(found.sample.audio_path);
      songs.push(found);
    }
  }
  const [reading = []] = readings;
  const others = reading.filter(({audio_path}) => !used.has(audio_path));
  return {songs, differences: explain(missing, {others, all: readings.flat(), conditioning, trigger})};
}

type Rules = Pick<SongQuestion, 'conditioning' | 'trigger'>;

/** The song under the choices that give these words; undefined when none does. */
function withWords(sample: Sample, {words, repeats}: SongMark, rules: Rules): FoundSong | undefined {
  return variants(sample, rules)
    .filter((variant) => variant.words === words)
    .map(({source, custom_tag, tag_position}) => ({sample, source, custom_tag, tag_position, repeats}))[0];
}

interface Variant extends Pick<FoundSong, 'source' | 'custom_tag' | 'tag_position'> {
  readonly words: string;
}

/** Its own way first: caption or genre, and which tag goes where, were settings of the dataset stage. */
function variants(sample: Sample, {conditioning, trigger}: Rules): Variant[] {
  const sources = unique<PromptSource>([sample.prompt.source, 'caption', 'genre']);
  const tags = unique([sample.custom_tag, trigger, '']);
  const positions = unique<TagPosition>([sample.tag_position, ...tagPositions]);
  const lyrics = lyricsText(sample, conditioning);
  return sources.flatMap((source) =>
    tags.flatMap((custom_tag) =>
      positions.map((tag_position) => {
        const parts = {...sample, custom_tag, tag_position, duration: String(sample.duration)};
        return {source, custom_tag, tag_position, words: wordsMarkOf(makePrompt(parts, source).text, lyrics)};
      }),
    ),
  );
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

interface Explaining extends Rules {
  /** Songs at hand that nothing of the training was found in. */
  readonly others: readonly Sample[];
  readonly all: readonly Sample[];
}

/** The same sound with other words, the same words with another sound, or nowhere. */
function explain(missing: readonly SongMark[], {others, all, ...rules}: Explaining): SongDifference[] {
  const open = new Set(others);
  const differences: SongDifference[] = [];
  const gone: SongMark[] = [];
  for (const mark of missing) {
    const sameSound = all.find(({audio_hash}) => audioMarkOf(audio_hash) === mark.audio);
    const other = [...open].find((sample) => variants(sample, rules).some(({words}) => words === mark.words));
    if (sameSound !== undefined) differences.push(otherWords(sameSound, mark, rules));
    else if (other !== undefined)
      differences.push({
        code: 'reproduce/other-audio',
        message: `${other.name} is another recording: its words are those of a song of the training, its audio is not`,
      });
    else gone.push(mark);
    if (other !== undefined) open.delete(other);
  }
  const changed = [...open].map(({name}) => name);
  if (gone.length > 0)
    differences.push({
      code: 'reproduce/song-missing',
      message: `${gone.length} of the songs of the training ${gone.length === 1 ? 'is' : 'are'} not here (audio ${gone.map(({audio}) => audio).join(', ')})${changed.length === 0 ? '' : `; not of the training: ${changed.join(', ')}`}`,
    });
  return differences;
}

function otherWords(sample: Sample, {words}: SongMark, rules: Rules): SongDifference {
  const [prompt, lyrics] = words.split('.');
  const own = variants(sample, rules).map((variant) => variant.words.split('.'));
  const parts = [
    ...(own.some(([mark]) => mark === prompt) ? [] : ['caption, tag or other values of its prompt']),
    ...(own.some(([, mark]) => mark === lyrics) ? [] : ['lyrics or their language']),
  ];
  const what = parts.length === 0 ? ['words'] : parts;
  return {
    code: 'reproduce/other-words',
    message: `${sample.name} has other words than in the training: ${what.join(', and ')}`,
  };
}
