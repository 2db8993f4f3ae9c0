import {readFile, stat} from 'node:fs/promises';
import {dirname, extname, isAbsolute, join, relative, sep} from 'node:path';
import {sha256} from '../base/hash.js';
import {nearMisses} from '../base/near-miss.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {
  candidatePaths,
  climbsOut,
  type DatasetDefaults,
  type DatasetEntry,
  type DatasetJson,
  type EntryMatches,
  matchEntries,
  parseDatasetJson,
  type SongFile,
} from './dataset-json.js';
import type {DatasetOptions} from './dataset-options.js';
import {discoverSongs, globMatchers, noSongs} from './discovery.js';
import type {Finding} from './sample.js';

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
  const climbing = entries.filter(climbsOut).map(outside);
  if (climbing.length > 0) return failure(...climbing);
  const roots = [dataset_json === undefined ? undefined : dirname(dataset_json), audio_dir].filter(
    (root) => root !== undefined,
  );
  const inside = audio_dir === undefined ? {songs: [], others: []} : await discoverSongs(audio_dir, params);
  const files: SongFile[] = inside.songs.map((path) => ({path: join(audio_dir!, path), relative: path}));
  files.push(...(await songsElsewhere(entries, {known: files, roots})));
  if (files.length === 0 && audio_dir !== undefined) throw noSongs(audio_dir, params, inside.others);
  if (files.length === 0) throw noneOfTheEntries(dataset_json!, entries);
  const matches = matchEntries(entries, files, roots);
  const songs = nameSongs(files, roots).map((song) => ({...song, ...entryOf(matches, song.path)}));
  songs.sort((a, b) => (a.name < b.name ? -1 : 1));
  const findings = [...matchFindings(matches, files), ...unlistedAudio(inside.others, params)];
  return ok({songs, defaults, findings});
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
        message: `${files.length} ${ending} ${files.length === 1 ? 'file is' : 'files are'} left out, such as ${files[0]}: ${ending} is not among \`extensions\``,
        hint: `Add ${ending.slice(1)} to \`extensions\`, or name them under \`exclude\`.`,
      },
    ];
  });
}

async function readJson(path: string): Promise<Result<DatasetJson>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true}).decode(await readFile(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SidestepError({code: 'dataset/json-unreadable', message: `${path} cannot be read: ${reason}`});
  }
  return parseDatasetJson(text, path);
}

/** Entries whose own path leads to a file that is not among the songs of the audio folder. */
async function songsElsewhere(
  entries: readonly DatasetEntry[],
  {known, roots}: {known: readonly SongFile[]; roots: readonly string[]},
): Promise<SongFile[]> {
  const seen = new Set(known.map((song) => song.path));
  const found: SongFile[] = [];
  for (const entry of entries) {
    const candidates = candidatePaths(entry, roots);
    if (candidates.some((path) => seen.has(path))) continue;
    for (const path of candidates) {
      if (!(await isFile(path))) continue;
      seen.add(path);
      found.push({path});
      break;
    }
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Names from paths below the audio folder or the JSON file's; songs from elsewhere by their last two parts. */
function nameSongs(files: readonly SongFile[], roots: readonly string[]): {name: string; path: string}[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const plain = file.relative ?? nameBelow(file.path, roots);
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

function matchFindings(matches: EntryMatches, files: readonly SongFile[]): Finding[] {
  const names = files.map((file) => file.relative ?? file.path);
  const unmatched = matches.unmatched.map((entry): Finding => {
    const near = nearMisses(entry.audio_path ?? entry.filename, names);
    return {
      severity: 'warning',
      code: 'dataset/entry-without-audio',
      message: `${place(entry)}: no song is called ${entry.audio_path ?? entry.filename}; the entry is not used`,
      ...(near.length > 0 ? {hint: `Did you mean ${near.join(' or ')}?`} : {}),
    };
  });
  const ambiguous = matches.ambiguous.map(
    ({entry, songs}): Finding => ({
      severity: 'error',
      code: 'dataset/ambiguous-entry',
      message: `${place(entry)}: ${entry.filename} could be ${songs.map((song) => song.relative ?? song.path).join(' or ')}`,
      hint: 'Give the entry an audio_path with its folder.',
    }),
  );
  return [...unmatched, ...ambiguous];
}

function place(entry: DatasetEntry): string {
  return entry.position === undefined ? 'dataset JSON' : `${entry.position.file}:${entry.position.line}`;
}

function outside(entry: DatasetEntry): Problem {
  return {
    code: 'dataset/path-outside',
    message: `${entry.audio_path ?? entry.filename} leads out of the dataset's folder`,
    ...(entry.position === undefined ? {} : {position: entry.position}),
    hint: 'Write an absolute path, or set audio_dir to the folder that holds the songs.',
  };
}

function noneOfTheEntries(file: string, entries: readonly DatasetEntry[]): SidestepError {
  const [first] = entries;
  return new SidestepError({
    code: 'dataset/no-samples',
    message:
      first === undefined
        ? `${file} has no samples`
        : `None of the ${entries.length} songs in ${file} exists; the first is ${first.audio_path ?? first.filename}`,
    hint: 'Paths in the file are relative to it; set audio_dir when the songs lie elsewhere.',
  });
}
