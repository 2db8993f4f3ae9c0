import {realpath, stat} from 'node:fs/promises';
import {extname, join} from 'node:path';
import picomatch from 'picomatch';
import {entriesIn} from '../base/folder.js';
import {fsPath, pathText, shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';

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
}

/**
 * Finds the songs below a folder. Symbolic links are followed; one that leads back to a folder it lies in is refused
 * (`dataset/link-loop`). Names that start with a dot are left out. Throws `dataset/folder-missing`.
 */
export async function discoverSongs(folder: string, rules: DiscoveryRules): Promise<Discovered> {
  const endings = new Set(rules.extensions.map((ending) => `.${ending.replace(/^\./, '').toLowerCase()}`));
  const excluded = globMatchers(rules.exclude);
  const songs: string[] = [];
  const others: string[] = [];
  for (const path of await listFiles(folder, rules.folders)) {
    const wanted = endings.has(extname(path).toLowerCase()) && !excluded(path);
    (wanted ? songs : others).push(path);
  }
  return {songs: songs.sort(), others: others.sort()};
}

async function listFiles(folder: string, folders: DiscoveryRules['folders']): Promise<string[]> {
  const files: string[] = [];
  const walk = async (below: string, parents: readonly string[]): Promise<void> => {
    const here = join(folder, below);
    const real = pathText(await realpath(fsPath(here), {encoding: 'buffer'}));
    if (parents.includes(real)) throw linkLoop(here, real);
    for (const {name, kind} of await entriesIn(here)) {
      if (name.startsWith('.')) continue;
      const path = below === '' ? name : `${below}/${name}`;
      const target = kind === 'link' ? await targetKind(join(folder, path)) : kind;
      if (target === 'file') files.push(path);
      else if (target === 'folder' && folders === 'recursive') await walk(path, [...parents, real]);
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
  return files;
}

/** What a link leads to; nothing for one that leads nowhere. */
async function targetKind(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(fsPath(path)).catch(() => undefined);
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined;
}

/**
 * Whether a path below the folder falls under one of these globs, as picomatch reads them: `**`, `*`, `?`, `[abc]`, `{a,b}`,
 * `!(x)`. A name without a slash is looked for in the folder itself; names that start with a dot are like others.
 */
export function globMatchers(globs: readonly string[]): (path: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs], {dot: true});
}

/** The error for a dataset without songs: names the endings looked for, the folder, and what was there instead. */
export function noSongs(folder: string, rules: DiscoveryRules, others: readonly string[]): SidestepError {
  const counts = new Map<string, number>();
  for (const path of others)
    counts.set(extname(path).toLowerCase(), (counts.get(extname(path).toLowerCase()) ?? 0) + 1);
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 6);
  const found = kinds
    .map(([ending, count]) => `${count} ${ending === '' ? 'without ending' : ending}`)
    .join(', ');
  const near = others.slice(0, 3).map(shownPath).join(', ');
  return new SidestepError({
    code: 'dataset/no-samples',
    message:
      `No songs (${rules.extensions.map((ending) => `*.${ending.replace(/^\./, '')}`).join(', ')}) in ${folder}` +
      (others.length === 0
        ? ': it holds no files'
        : `: it holds ${others.length} other files (${found}), such as ${near}`),
    hint:
      rules.folders === 'top'
        ? 'Only the top folder was searched; `folders: recursive` looks deeper. `extensions` says what counts as audio.'
        : 'Check `audio_dir`; `extensions` says what counts as audio, `exclude` what is left out.',
  });
}

function linkLoop(path: string, to: string): SidestepError {
  return new SidestepError({
    code: 'dataset/link-loop',
    message: `${path} is a symbolic link back to ${to}, which it lies in`,
    hint: 'Remove the link.',
  });
}
