import {dirname, extname, isAbsolute, join, relative, sep} from 'node:path';
import {sha256} from '../base/hash.js';
import {nearMisses} from '../base/near-miss.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import {readUserText} from '../format/user-text.js';
import {type DatasetDefaults, type DatasetEntry, type DatasetJson, parseDatasetJson} from './dataset-json.js';
import type {DatasetOptions} from './dataset-options.js';
import {type Discovered, discoverSongs, globMatchers, type HollowSong, noSongs} from './discovery.js';
import {type EntryMatches, matchEntries} from './match-entries.js';
import type {Finding} from './sample.js';
import type {SongFile} from './song-file.js';

/** A song and what the dataset JSON says of it. */
export interface Song {
  /** See `Sample.name`. */
  readonly name: string;
  readonly path: string;
  readonly entry?: DatasetEntry;
}

export interface FoundSongs {
  /** In order of name. */
  readonly songs: readonly Song[];
  readonly defaults: DatasetDefaults;
  readonly findings: readonly Finding[];
}

/**
 * Every audio file below `audio_dir`, and every song that the dataset JSON names beside it. Throws `dataset/no-samples`,
 * naming the endings, the folder and what was there instead; the Result holds the problems of the JSON file.
 */
export async function findSongs(params: DatasetOptions): Promise<Result<FoundSongs>> {
  const {audio_dir, dataset_json} = params;
  const parsed = dataset_json === undefined ? ok({defaults: {}, entries: []}) : await readJson(dataset_json);
  if (!parsed.ok) return parsed;
  const {defaults, entries} = parsed.value;
  const roots = [dataset_json === undefined ? undefined : dirname(dataset_json), audio_dir].filter(
    (root) => root !== undefined,
  );
  const inside =
    audio_dir === undefined ? {songs: [], others: [], hollow: []} : await discoverSongs(audio_dir, params);
  const below: SongFile[] = inside.songs.map((path) => ({path: join(audio_dir!, path), relative: path}));
  const matches = await matchEntries(entries, {files: below, roots});
  const files = [...below, ...matches.elsewhere];
  if (files.length === 0 && audio_dir !== undefined) throw noSongs(audio_dir, params, inside);
  if (files.length === 0) throw noneOfTheEntries(dataset_json!, entries);
  const songs = nameSongs(files, roots).map((song) => ({...song, ...entryOf(matches, song.path)}));
  songs.sort((a, b) => (a.name < b.name ? -1 : 1));
  const findings = [
    ...matches.findings,
    ...entries.flatMap(({remarks}) => remarks),
    ...unlistedAudio(inside.others, params),
    ...inside.hollow.map(leftOut),
    ...textsWithoutSong(inside),
    ...textsNotRead(inside),
  ];
  return ok({songs, defaults, findings});
}

/** Without a word a song whose disk is not there would simply not be trained. */
function leftOut({path, is}: HollowSong): Finding {
  return {
    severity: 'warning',
    code: 'dataset/not-a-song',
    message: `${shownPath(path)} is left out: it is ${is}`,
    hint: 'Is its disk not mounted, or its content not fetched yet (`git annex get`)? Else remove it, or name it under `exclude`.',
  };
}

/** Endings that are sound for sure, beyond those that count by default. */
const AUDIO_ENDINGS = [
  '.aif',
  '.aifc',
  '.aiff',
  '.alac',
  '.ape',
  '.caf',
  '.m4b',
  '.oga',
  '.w64',
  '.wma',
  '.wv',
];

/** Files that look like songs and are none because of `extensions`. */
function unlistedAudio(others: readonly string[], {extensions, exclude}: DatasetOptions): Finding[] {
  const excluded = globMatchers(exclude);
  const wanted = others.filter((path) => !excluded(path));
  const listed = new Set(extensions.map((ending) => `.${ending.replace(/^\./, '').toLowerCase()}`));
  const unlisted = AUDIO_ENDINGS.filter((ending) => !listed.has(ending));
  return unlisted.flatMap((ending): Finding[] => {
    const files = wanted.filter((path) => extname(path).toLowerCase() === ending);
    if (files.length === 0) return [];
    return [
      {
        severity: 'warning',
        code: 'dataset/ending-not-listed',
        message: `${files.length} ${ending} ${files.length === 1 ? 'file is' : 'files are'} left out, such as ${shownPath(files[0]!)}: ${ending} is not among \`extensions\``,
        hint: `Add ${ending.slice(1)} to \`extensions\`, or name them under \`exclude\`.`,
      },
    ];
  });
}

/** The problems of its content are the Result; a file that is no text at all is thrown. */
async function readJson(path: string): Promise<Result<DatasetJson>> {
  return parseDatasetJson(await readUserText(path), path);
}

/** Captions and lyrics that are beside no song: of a song that was renamed, most likely. */
function textsWithoutSong({songs, others}: Discovered): Finding[] {
  const byStem = new Map(
    songs.map((path) => [folded(path.slice(0, path.length - extname(path).length)), path]),
  );
  return others.flatMap((path): Finding[] => {
    const [, stem, kind] = /^(.+)\.(caption|lyrics)\.txt$/is.exec(path) ?? [];
    if (stem === undefined || byStem.has(folded(stem))) return [];
    const near = nearMisses(folded(stem), byStem.keys()).map((song) => shownPath(byStem.get(song)!));
    return [
      {
        severity: 'warning',
        code: 'dataset/text-without-song',
        message: `${shownPath(path)} is not used: no song is called ${shownPath(stem)}`,
        hint:
          near.length > 0 ? `Is it the ${kind} of ${near.join(' or ')}?` : 'Give it the name of its song.',
      },
    ];
  });
}

/** Endings of texts that other programs lay beside songs and that nothing reads here. */
const OTHER_TEXTS = ['.srt', '.vtt', '.ass', '.ttml', '.caption', '.lyrics', '.tags', '.md', '.rtf', '.docx'];

/** Each kind is reported once. */
function textsNotRead({songs, others}: Discovered): Finding[] {
  const stem = (path: string) => folded(path.slice(0, path.length - extname(path).length));
  const stems = new Set(songs.map(stem));
  return OTHER_TEXTS.flatMap((ending): Finding[] => {
    const files = others.filter((path) => extname(path).toLowerCase() === ending && stems.has(stem(path)));
    if (files.length === 0) return [];
    const [verb, count] = files.length === 1 ? ['is', 'file'] : ['are', 'files'];
    return [
      {
        severity: 'warning',
        code: 'dataset/text-not-read',
        message: `${files.length} ${ending} ${count} beside a song ${verb} not read, such as ${shownPath(files[0]!)}`,
        hint: 'Lyrics are read from NAME.lyrics.txt and NAME.lrc, captions from NAME.caption.txt.',
      },
    ];
  });
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Names from paths below the audio folder or the JSON file's; songs from elsewhere by their last two parts. */
function nameSongs(files: readonly SongFile[], roots: readonly string[]): {name: string; path: string}[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const plain = shownPath(file.relative ?? nameBelow(file.path, roots));
    const name = taken.has(plain) ? `${plain}~${sha256(file.path).slice(0, 8)}` : plain;
    taken.add(name);
    return {name, path: file.path};
  });
}

function nameBelow(path: string, roots: readonly string[]): string {
  for (const root of roots) {
    const below = relative(root, path);
    if (!below.startsWith('..') && !isAbsolute(below)) return below.split(sep).join('/');
  }
  return path.split(sep).slice(-2).join('/').replace(/^\//, '');
}

function entryOf(matches: EntryMatches, path: string): {entry?: DatasetEntry} {
  const entry = matches.bySong.get(path);
  return entry === undefined ? {} : {entry};
}

function noneOfTheEntries(file: string, entries: readonly DatasetEntry[]): SidestepError {
  const [first] = entries;
  return new SidestepError({
    code: 'dataset/no-samples',
    message:
      first === undefined
        ? `${shownPath(file)} has no samples`
        : `None of the ${entries.length} songs in ${shownPath(file)} exists; the first is ${first.audio_path ?? first.filename}`,
    hint: 'Paths in the file are relative to it; set audio_dir when the songs are elsewhere.',
  });
}
