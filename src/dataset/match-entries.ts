import {basename, extname, isAbsolute, posix, resolve, sep} from 'node:path';
import {isFile} from '../base/if-there.js';
import {realPath} from '../base/real-path.js';
import {sameLetters} from '../base/same-letters.js';
import type {DatasetEntry} from './dataset-json.js';
import {ambiguous, entryWithoutSong, looselyMatched, twoEntries} from './match-findings.js';
import type {Finding} from './sample.js';
import type {NameLikeness, SongFile} from './song-file.js';

export interface EntryMatches {
  readonly bySong: ReadonlyMap<string, DatasetEntry>;
  /** Songs that entries lead to and that are not among the audio folder's. */
  readonly elsewhere: readonly SongFile[];
  /** Entries that fit no song, several, or one that has an entry already. */
  readonly findings: readonly Finding[];
}

/**
 * Matches entries to songs: by path (as written, in other Unicode form, or over links), else by as many trailing parts of it
 * as possible, where upstream looks at the last part alone. The last of several entries for one song counts, as upstream's
 * does. Reads the disk for paths that lead elsewhere.
 */
export async function matchEntries(
  entries: readonly DatasetEntry[],
  {files, roots}: {files: readonly SongFile[]; roots: readonly string[]},
): Promise<EntryMatches> {
  const bySong = new Map<string, DatasetEntry>();
  const findings: Finding[] = [];
  const give = (song: SongFile, entry: DatasetEntry) => {
    const earlier = bySong.get(song.path);
    if (earlier !== undefined) findings.push(twoEntries(earlier, entry, song));
    bySong.set(song.path, entry);
  };
  const places = new Places(files);
  const byName: DatasetEntry[] = [];
  for (const entry of entries) {
    const song = await places.find(candidatePaths(entry, roots));
    if (song === undefined) byName.push(entry);
    else give(song, entry);
  }
  const songs = [...files, ...places.elsewhere];
  for (const entry of byName) {
    const free = bestByName(
      entry,
      songs.filter(({path}) => !bySong.has(path)),
    );
    const {best, alike} = free.best.length > 0 ? free : bestByName(entry, songs);
    const [only, ...others] = best;
    if (only === undefined) findings.push(entryWithoutSong(entry, songs));
    else if (others.length > 0) findings.push(ambiguous(entry, best));
    else give(only, entry);
    if (only !== undefined && others.length === 0 && alike !== 'same')
      findings.push(looselyMatched(entry, only, alike));
  }
  return {bySong, elsewhere: places.elsewhere, findings};
}

/** Where an entry's `audio_path` may be: as it is, beside the JSON file, or in the audio folder. */
function candidatePaths(entry: DatasetEntry, roots: readonly string[]): string[] {
  const written = (entry.audio_path ?? entry.filename).replaceAll('\\', '/');
  return isAbsolute(written) ? [resolve(written)] : roots.map((root) => resolve(root, written));
}

/** Songs by the places that a path may lead to. */
class Places {
  readonly elsewhere: SongFile[] = [];
  readonly #byPath: Map<string, SongFile>;
  readonly #byLetters = new Map<string, SongFile[]>();
  #byRealPath: Promise<Map<string, SongFile>> | undefined;

  constructor(readonly files: readonly SongFile[]) {
    this.#byPath = new Map(files.map((song) => [song.path, song]));
    for (const song of files) {
      const letters = song.path.normalize('NFC');
      this.#byLetters.set(letters, [...(this.#byLetters.get(letters) ?? []), song]);
    }
  }

  /** The song at the first of these paths that is one; a file that is new becomes one of `elsewhere`. */
  async find(paths: readonly string[]): Promise<SongFile | undefined> {
    const exact = paths.map((path) => this.#byPath.get(path)).find((song) => song !== undefined);
    if (exact !== undefined) return exact;
    for (const path of paths) {
      const [only, ...others] = this.#byLetters.get(path.normalize('NFC')) ?? [];
      if (only !== undefined && others.length === 0) return only;
      const there = sameLetters(path);
      if (there !== undefined && (await isFile(there))) return this.#reached(there);
    }
    return undefined;
  }

  /** A file by its real path: with a link on the way it may be a song of the audio folder. */
  async #reached(path: string): Promise<SongFile> {
    this.#byRealPath ??= realPaths(this.files);
    const real = await realPath(path);
    const known = await this.#byRealPath;
    const song = known.get(real) ?? {path};
    if (!known.has(real)) this.elsewhere.push(song);
    known.set(real, song);
    this.#byPath.set(path, song);
    return song;
  }
}

async function realPaths(files: readonly SongFile[]): Promise<Map<string, SongFile>> {
  const real = new Map<string, SongFile>();
  for (const song of files) real.set(await realPath(song.path), song);
  return real;
}

/** How a name may differ from what an entry says, the smallest difference first. */
const likenesses: readonly {readonly alike: NameLikeness; readonly key: (name: string) => string}[] = [
  {alike: 'same', key: (name: string) => name},
  {alike: 'same', key: (name: string) => name.normalize('NFC')},
  {alike: 'case', key: (name: string) => name.normalize('NFC').toLowerCase()},
  {alike: 'ending', key: (name: string) => withoutEnding(name.normalize('NFC').toLowerCase())},
];

function withoutEnding(name: string): string {
  const ending = extname(name);
  return /^\.[a-z0-9]{1,5}$/.test(ending) ? name.slice(0, -ending.length) : name;
}

/** The songs that an entry may mean by its name, of which the most trailing parts of the path agree. */
function bestByName(
  entry: DatasetEntry,
  songs: readonly SongFile[],
): {best: readonly SongFile[]; alike: NameLikeness} {
  const written = entry.audio_path ?? entry.filename;
  const name = posix.basename(written.replaceAll('\\', '/'));
  for (const {alike, key} of likenesses) {
    if (alike === 'ending' && withoutEnding(name.toLowerCase()) !== name.toLowerCase()) break;
    const named = songs.filter(({path}) => key(basename(path)) === key(name));
    if (named.length === 0) continue;
    const common = named.map(({path}) => commonTail(path, written, key));
    return {best: named.filter((_, i) => common[i] === Math.max(...common)), alike};
  }
  return {best: [], alike: 'same'};
}

/** How many parts, from the last one back, two paths have in common. */
function commonTail(path: string, written: string, key: (name: string) => string): number {
  const parts = path.split(sep).reverse();
  const wanted = posix.normalize(written.replaceAll('\\', '/')).split('/').reverse();
  const differing = parts.findIndex((part, i) => wanted[i] === undefined || key(part) !== key(wanted[i]));
  return differing < 0 ? parts.length : differing;
}
