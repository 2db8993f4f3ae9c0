import {readFile} from 'node:fs/promises';
import type {IAudioMetadata, ICommonTagsResult} from 'music-metadata';
import {fsPath, isUtf8Path} from '../base/path-bytes.js';
import type {Song} from './find-songs.js';
import {isGarbledTag} from './garbled.js';
import {normalKey} from './musical-key.js';
import {type Remark, warning} from './remark.js';
import type {SongMetadata} from './song-metadata.js';

export interface EmbeddedTags {
  readonly metadata: SongMetadata;
  readonly remarks: readonly Remark[];
}

/**
 * Title, genre, tempo, key and lyrics stored in the audio file itself (ID3, Vorbis comments, MP4 atoms). Tags are a
 * convenience: a file whose tags cannot be read has none, and what is no tempo, no key or no readable text is left out.
 */
export async function readEmbeddedTags({path, name}: Pick<Song, 'path' | 'name'>): Promise<EmbeddedTags> {
  const tags = await commonTags(path);
  if (tags === undefined) return {metadata: {}, remarks: []};
  const written: SongMetadata = {
    ...text('caption', tags.title),
    ...text('genre', tags.genre?.join(', ')),
    ...text('lyrics', lyricsOf(tags)),
  };
  const garbled = Object.entries(written).filter(([, value]) => isGarbledTag(value));
  const readable = Object.entries(written).filter(([, value]) => !isGarbledTag(value));
  const key = tags.key === undefined ? undefined : normalKey(tags.key);
  const odd = tags.key !== undefined && key === undefined && !['', 'o'].includes(tags.key.trim());
  return {
    metadata: {...Object.fromEntries(readable), ...tempo(tags.bpm), ...text('keyscale', key)},
    remarks: [
      ...garbled.map(([field, value]) => garbledTag(name, field, value)),
      ...(odd ? [oddKey(name, tags.key ?? '')] : []),
    ],
  };
}

async function commonTags(path: string): Promise<ICommonTagsResult | undefined> {
  const {parseBuffer, parseFile} = await import('music-metadata'); // 0.1 s to load: only when a song lacks metadata
  const options = {duration: false, skipCovers: true};
  const read = isUtf8Path(path)
    ? parseFile(path, options)
    : readFile(fsPath(path)).then((bytes) => parseBuffer(bytes, undefined, options));
  return read.then(
    (metadata) => ({...metadata.common, ...otherNames(metadata)}),
    () => undefined,
  );
}

/**
 * Lyrics and key under names that are no standard and in use all the same: what ffmpeg calls lyrics in an MP3 is a text of
 * the user's own, and DJ programs write the key of FLAC, Ogg and MP4 as INITIALKEY. Lyrics are taken as they are in the file:
 * of those with times, music-metadata leaves out each line without one.
 */
function otherNames({common, native}: IAudioMetadata): Pick<ICommonTagsResult, 'key' | 'lyrics'> {
  const named = (...names: readonly RegExp[]): string[] => {
    const tags = names.flatMap((name) =>
      Object.values(native).flatMap((all) => all.filter(({id}) => name.test(id))),
    );
    return tags.map(({value}) => textIn(value)).filter((value) => value !== undefined);
  };
  const key = common.key ?? named(/(^|:)initial[ _]?key$/i)[0];
  const words = named(
    /^(USLT|ULT|©lyr|(unsynced ?|synced ?)?lyrics)(:.*)?$/i,
    /^TXXX:(USLT|(unsynced ?)?lyrics)(-\w+)?$/i,
  );
  const lyrics = words.map((text) => ({text, contentType: 1, timeStampFormat: 0, syncText: []}));
  return {...(key === undefined ? {} : {key}), lyrics: [...lyrics, ...(common.lyrics ?? [])]};
}

/** ID3 holds lyrics with their language and a description beside them. */
function textIn(value: unknown): string | undefined {
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : value;
  return typeof text === 'string' ? text : undefined;
}

/** The words of the first lyrics tag that has any, synchronised ones line by line. */
function lyricsOf({lyrics = []}: ICommonTagsResult): string | undefined {
  const texts = lyrics.map((tag) => tag.text ?? tag.syncText.map((line) => line.text).join('\n'));
  return texts.find((words) => words.trim() !== '')?.replace(/\r\n?/g, '\n');
}

/** Programs that do not know the tempo write 0. */
function tempo(bpm: number | undefined): SongMetadata {
  return bpm !== undefined && Math.round(bpm) > 0 ? {bpm: String(Math.round(bpm))} : {};
}

function text(field: keyof SongMetadata, value: string | undefined): SongMetadata {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? {} : {[field]: trimmed};
}

function garbledTag(name: string, field: string, value: string): Remark {
  return warning(
    'dataset/garbled-text',
    `${name}: the tag for its ${field} was written in another encoding (${JSON.stringify(value.slice(0, 40))}) and is left out`,
    'Write it into a file beside the song, or repair the tags with a tag editor.',
  );
}

function oddKey(name: string, key: string): Remark {
  return warning(
    'dataset/unlikely-value',
    `${name}: its tags say that its key is ${JSON.stringify(key)}, which is no key; it is left out`,
    'Keys are written like A minor, F#m, 8A (Camelot) or 1m (Open Key).',
  );
}
