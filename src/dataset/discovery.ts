import {stat} from 'node:fs/promises';
import {extname, join} from 'node:path';
import picomatch from 'picomatch';
import {isFileError} from '../base/durable.js';
import {entriesIn} from '../base/folder.js';
import {linkLoop} from '../base/follow-links.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import {oddKind} from '../base/plain-file.js';
import {SidestepError} from '../base/problem.js';
import {realPath} from '../base/real-path.js';
import {isSystemError, systemErrorName} from '../base/system-error.js';

/** What the user lets count as a song. */
export interface DiscoveryRules {
  /** File name endings, with or without the dot, any case. */
  readonly extensions: readonly string[];
  /** Glob patterns relative to the folder. */
  readonly exclude: readonly string[];
  readonly folders: 'recursive' | 'top';
}

export interface Discovered {
  /** Paths below the folder with `/`, in code-unit order. */
  readonly songs: readonly string[];
  /** Files that were passed over: the near misses when there are no songs. */
  readonly others: readonly string[];
  /** What is called like a song and holds no bytes, with what it is: a link that leads nowhere, a named pipe. */
  readonly hollow: readonly HollowSong[];
}

export interface HollowSong {
  readonly path: string;
  readonly is: string;
}

/**
 * Finds the songs below a folder. Symbolic links are followed; one that leads back to a folder it is in is refused
 * (`dataset/link-loop`). Names that start with a dot are left out. Throws `dataset/folder-missing`.
 */
export async function discoverSongs(folder: string, rules: DiscoveryRules): Promise<Discovered> {
  const endings = new Set(rules.extensions.map((ending) => `.${ending.replace(/^\./, '').toLowerCase()}`));
  const excluded = globMatchers(rules.exclude);
  const songs: string[] = [];
  const others: string[] = [];
  const isSong = (path: string) => endings.has(extname(path).toLowerCase()) && !excluded(path);
  const {files, hollow} = await listFiles(folder, rules.folders);
  for (const path of files) (isSong(path) ? songs : others).push(path);
  return {songs: songs.sort(), others: others.sort(), hollow: hollow.filter(({path}) => isSong(path))};
}

interface Listed {
  readonly files: string[];
  readonly hollow: HollowSong[];
}

async function listFiles(folder: string, folders: DiscoveryRules['folders']): Promise<Listed> {
  const files: string[] = [];
  const hollow: HollowSong[] = [];
  const walk = async (below: string, parents: readonly string[]): Promise<void> => {
    const here = join(folder, below);
    const real = await realPath(here);
    if (parents.includes(real)) throw linkLoop('dataset/link-loop', here, real);
    for (const {name, kind} of await entriesIn(here)) {
      if (name.startsWith('.')) continue;
      const path = below === '' ? name : `${below}/${name}`;
      const target = kind === 'link' || kind === 'other' ? await targetOf(join(folder, path)) : {kind};
      if (target.kind === 'file') files.push(path);
      else if (target.kind === 'hollow') hollow.push({path, is: target.is});
      else if (folders === 'recursive') await walk(path, [...parents, real]);
    }
  };
  try {
    await walk('', []);
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== 'ENOENT' &&
      (error as NodeJS.ErrnoException).code !== 'ENOTDIR'
    )
      throw error;
    throw new SidestepError({
      code: 'dataset/folder-missing',
      message: `The audio folder ${folder} does not exist or is not a folder`,
      hint: 'Relative paths start from the folder of the pipeline file.',
    });
  }
  return {files, hollow};
}

type Target =
  | {readonly kind: 'file' | 'folder'}
  /** `is`: in words. */
  | {readonly kind: 'hollow'; readonly is: string};

/** What a name leads to that is neither plainly a file nor a folder. */
async function targetOf(path: string): Promise<Target> {
  try {
    const found = await stat(fsPath(path));
    const odd = oddKind(found);
    if (odd !== undefined) return {kind: 'hollow', is: odd};
    return {kind: found.isDirectory() ? 'folder' : 'file'};
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const nowhere = isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP');
    const is = nowhere
      ? 'a symbolic link that leads nowhere'
      : `a symbolic link that cannot be followed (${systemErrorName(error)})`;
    return {kind: 'hollow', is};
  }
}

/**
 * Whether a path below the folder falls under one of these globs, as picomatch reads them: `**`, `*`, `?`, `[abc]`, `{a,b}`,
 * `!(x)`. A name without a slash is looked for in the folder itself; names that start with a dot are like others.
 */
export function globMatchers(globs: readonly string[]): (path: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs], {dot: true});
}

/** The error for a dataset without songs: names the endings looked for, the folder, and what was there instead. */
export function noSongs(folder: string, rules: DiscoveryRules, {others, hollow}: Discovered): SidestepError {
  const counts = new Map<string, number>();
  for (const path of others)
    counts.set(extname(path).toLowerCase(), (counts.get(extname(path).toLowerCase()) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 6);
  const found = kinds
    .map(([ending, count]) => `${count} ${ending === '' ? 'without ending' : ending}`)
    .join(', ');
  const near = others.slice(0, 3).map(shownPath).join(', ');
  const [first, ...more] = hollow;
  const leads =
    first === undefined
      ? ''
      : `; ${shownPath(first.path)} is ${first.is}${more.length === 0 ? '' : `, and so on (${hollow.length} such names)`}`;
  return new SidestepError({
    code: 'dataset/no-samples',
    message:
      `No songs (${rules.extensions.map((ending) => `*.${ending.replace(/^\./, '')}`).join(', ')}) in ${folder}` +
      (others.length === 0
        ? ': it holds no files'
        : `: it holds ${others.length} other files (${found}), such as ${near}`) +
      leads,
    hint:
      rules.folders === 'top'
        ? 'Only the top folder was searched; `folders: recursive` looks deeper. `extensions` says what counts as audio.'
        : 'Check `audio_dir`; `extensions` says what counts as audio, `exclude` what is left out.',
  });
}
