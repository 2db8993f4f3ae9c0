import {nearMisses} from '../base/near-miss.js';
import {shownPath} from '../base/path-bytes.js';
import type {DatasetEntry} from './dataset-json.js';
import type {Finding} from './sample.js';
import type {NameLikeness, SongFile} from './song-file.js';

export function entryWithoutSong(entry: DatasetEntry, songs: readonly SongFile[]): Finding {
  const near = nearMisses(entry.audio_path ?? entry.filename, songs.map(nameOf));
  return {
    severity: 'warning',
    code: 'dataset/entry-without-audio',
    message: `${place(entry)}: no song is called ${entry.audio_path ?? entry.filename}; the entry is not used`,
    ...(near.length > 0 ? {hint: `Did you mean ${near.join(' or ')}?`} : {}),
  };
}

export function ambiguous(entry: DatasetEntry, songs: readonly SongFile[]): Finding {
  return {
    severity: 'error',
    code: 'dataset/ambiguous-entry',
    message: `${place(entry)}: ${entry.filename} could be ${songs.map(nameOf).join(' or ')}`,
    hint: 'Give the entry an audio_path with its folder.',
  };
}

export function twoEntries(earlier: DatasetEntry, later: DatasetEntry, song: SongFile): Finding {
  return {
    severity: 'warning',
    code: 'dataset/two-entries',
    message: `${place(earlier)} and ${place(later)} both describe ${nameOf(song)}; the later one counts`,
    hint: 'Remove one of them; `repeats` is the way to show a song more often.',
  };
}

export function looselyMatched(
  entry: DatasetEntry,
  song: SongFile,
  alike: Exclude<NameLikeness, 'same'>,
): Finding {
  const differs = alike === 'case' ? 'only upper and lower case differ' : 'the entry gives no ending';
  return {
    severity: 'warning',
    code: alike === 'case' ? 'dataset/name-differs-in-case' : 'dataset/name-without-ending',
    message: `${place(entry)}: ${entry.audio_path ?? entry.filename} is taken for ${nameOf(song)}: ${differs}`,
    hint: 'Write the name as the file has it; other programs may not find it.',
  };
}

function nameOf(song: SongFile): string {
  return shownPath(song.relative ?? song.path);
}

function place(entry: DatasetEntry): string {
  return entry.position === undefined ? 'dataset JSON' : `${entry.position.file}:${entry.position.line}`;
}
