import {basename, extname} from 'node:path';
import {fsPath, isUtf8Path} from '../base/path-bytes.js';
import {UNKNOWN_LANGUAGE} from '../stage/conditioning.js';
import type {DatasetDefaults} from './dataset-json.js';
import type {DatasetOptions} from './dataset-options.js';
import {type EmbeddedTags, readEmbeddedTags} from './embedded-tags.js';
import type {Song} from './find-songs.js';
import {choosePromptSource, instrumentalLyrics, makePrompt} from './prompt.js';
import type {Remark} from './remark.js';
import type {PromptSource, Sample, TagPosition} from './sample.js';
import {readSidecars} from './sidecar.js';
import type {ListFolder} from './sidecar-names.js';
import {
  isYes,
  type MergedMetadata,
  type MetadataSource,
  mergeMetadata,
  type SongMetadata,
  wholeSeconds,
} from './song-metadata.js';
import {withoutTimes} from './timed-lyrics.js';

/** A song with the metadata of all its sources merged. */
export interface DescribedSong extends MergedMetadata {
  readonly song: Song;
  readonly remarks: readonly Remark[];
}

/** Reads everything that says something about a song: dataset JSON, sidecars, tags in the file, and its name at last. */
export async function describeSong(
  song: Song,
  {sidecars, file_tags, list}: Pick<DatasetOptions, 'sidecars' | 'file_tags'> & {readonly list: ListFolder},
): Promise<DescribedSong> {
  const json: MetadataSource = {origin: 'dataset_json', metadata: song.entry?.metadata ?? {}};
  const none = {metadata: {}, remarks: [], files: []};
  const texts =
    sidecars === 'ignore' ? none : await readSidecars(song.path, {list, elsewhere: json.metadata});
  const beside: MetadataSource = {origin: 'sidecar', metadata: texts.metadata};
  const stated = sidecars === 'prefer' ? [beside, json] : [json, beside];
  const tags =
    file_tags === 'use'
      ? await wantedTags(song, mergeMetadata(stated).metadata)
      : {metadata: {}, remarks: []};
  // As upstream: only a song of which nothing is known at all is captioned by its file name
  const described = song.entry !== undefined || texts.files.length > 0;
  const named: MetadataSource = {
    origin: 'file_name',
    metadata: described ? {} : {caption: captionFromName(song.path)},
  };
  const merged = mergeMetadata([...stated, {origin: 'tags', metadata: tags.metadata}, named]);
  const {lyrics} = merged.metadata;
  return {
    song,
    remarks: [...texts.remarks, ...tags.remarks],
    ...merged,
    origins: {...merged.origins, ...captionOrigin(merged, song)},
    ...(lyrics === undefined ? {} : {metadata: {...merged.metadata, lyrics: withoutTimes(lyrics)}}),
  };
}

/** Files beside songs repeat a caption that came from the file's name (`write_sidecars`): it says no more for that. */
function captionOrigin({metadata, origins}: MergedMetadata, song: Song): MergedMetadata['origins'] {
  const repeated = origins.caption === 'sidecar' && metadata.caption === captionFromName(song.path);
  return repeated ? {caption: 'file_name'} : {};
}

/** The tags in the file, where something is not known; lyrics only when no one says that it is an instrumental. */
async function wantedTags(song: Song, known: SongMetadata): Promise<EmbeddedTags> {
  const wanted = [known.caption, known.genre, known.bpm, known.keyscale, known.lyrics];
  if (wanted.every((value) => value)) return {metadata: {}, remarks: []};
  const {metadata, remarks} = await readEmbeddedTags(song);
  if (!isYes(known.is_instrumental)) return {metadata, remarks};
  const {lyrics: _lyrics, ...rest} = metadata;
  return {metadata: rest, remarks};
}

/** `My-Song_01.wav` is `My Song 01`, as upstream's default; bytes that are no UTF-8 are read as Latin-1. */
export function captionFromName(path: string): string {
  const name = basename(path, extname(path)).replace(/[_-]/g, ' ');
  return isUtf8Path(name) ? name : Buffer.from(fsPath(name)).toString('latin1');
}

/** What is known of the audio itself. */
export interface AudioFacts {
  readonly audio_hash: string;
  readonly audio_seconds: number;
}

/** What holds for all songs, with parameters already put before the dataset JSON's own defaults. */
export interface SharedRules {
  readonly custom_tag: string;
  readonly tag_position: TagPosition;
  /** Of songs that do not say theirs. */
  readonly language: string;
  /** Who says what holds for all; a field that no one gave is not named. */
  readonly origins: Sample['origins'];
}

export function sharedRules(
  options: DatasetOptions,
  defaults: DatasetDefaults,
): SharedRules & {genre_ratio: number} {
  return {
    custom_tag: options.custom_tag ?? defaults.custom_tag ?? '',
    tag_position: options.tag_position ?? defaults.tag_position ?? 'prepend',
    language: options.language,
    origins: {
      ...(options.custom_tag
        ? {custom_tag: 'pipeline'}
        : defaults.custom_tag
          ? {custom_tag: 'dataset_json'}
          : {}),
      ...(options.language === UNKNOWN_LANGUAGE ? {} : {language: 'pipeline'}),
    },
    genre_ratio: options.genre_ratio ?? defaults.genre_ratio ?? 0,
  };
}

/** The sample that is trained: every field settled, the prompt written. `drawn` is what the genre ratio chose for it. */
export function makeSample(
  described: DescribedSong,
  {audio, rules, drawn}: {audio: AudioFacts; rules: SharedRules; drawn: PromptSource},
): Sample {
  const {song, metadata, origins} = described;
  const stated = wholeSeconds(metadata.duration);
  const is_instrumental =
    metadata.is_instrumental === undefined ? metadata.lyrics === undefined : isYes(metadata.is_instrumental);
  const facts = {
    name: song.name,
    audio_path: song.path,
    ...audio,
    caption: metadata.caption ?? '',
    genre: metadata.genre ?? '',
    custom_tag: metadata.custom_tag || rules.custom_tag,
    tag_position: rules.tag_position,
    prompt_override: overrideOf(metadata),
    lyrics: metadata.lyrics ?? instrumentalLyrics,
    is_instrumental,
    language: metadata.language || rules.language,
    bpm: metadata.bpm ?? '',
    keyscale: metadata.keyscale ?? '',
    timesignature: metadata.timesignature ?? '',
    duration: stated > 0 ? stated : Math.floor(audio.audio_seconds),
    repeats: Number(metadata.repeats ?? 1),
  };
  const source = choosePromptSource({...facts, drawn});
  const prompt = makePrompt({...facts, duration: String(facts.duration)}, source);
  return {
    ...facts,
    prompt,
    origins: {
      ...defaultOrigins(metadata),
      ...withoutGiven(rules.origins, metadata),
      ...origins,
      ...(stated > 0 ? {} : {duration: 'audio'}),
    },
  };
}

function overrideOf({prompt_override}: SongMetadata): PromptSource | null {
  return prompt_override === 'caption' || prompt_override === 'genre' ? prompt_override : null;
}

/** What the song says itself is not what holds for all. */
function withoutGiven(shared: Sample['origins'], metadata: SongMetadata): Sample['origins'] {
  return Object.fromEntries(
    Object.entries(shared).filter(([field]) => !metadata[field as keyof SongMetadata]),
  );
}

/** Fields that have a value although no one gave one. */
function defaultOrigins(metadata: SongMetadata): Sample['origins'] {
  return {
    ...(metadata.lyrics === undefined ? {lyrics: 'default'} : {}),
    ...(metadata.is_instrumental === undefined ? {is_instrumental: 'default'} : {}),
    ...(metadata.custom_tag ? {} : {custom_tag: 'default'}),
    ...(metadata.language ? {} : {language: 'default'}),
  };
}
