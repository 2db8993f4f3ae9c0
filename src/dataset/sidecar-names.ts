import {basename, dirname, extname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {entriesIn} from '../base/folder.js';
import {shownPath} from '../base/path-bytes.js';
import {type SidecarEnding, sidecarEndings} from '../stage/sidecar-endings.js';
import {type Remark, warning} from './remark.js';

/** The names of files in a folder, links among them; each folder is listed once. */
export type ListFolder = (folder: string) => Promise<readonly string[]>;

export function rememberedFolders(): ListFolder {
  const known = new Map<string, Promise<readonly string[]>>();
  return (folder) => {
    const names = known.get(folder) ?? filesIn(folder);
    known.set(folder, names);
    return names;
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await entriesIn(folder)).filter(({kind}) => kind !== 'folder').map(({name}) => name);
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

export interface SidecarFile {
  readonly ending: SidecarEnding;
  readonly path: string;
}

/**
 * The text files of a song, in the order of `sidecarEndings`: by its very name, else by one that is the same letters in other
 * Unicode form (macOS writes é as two), else by one that differs in case, which is remarked.
 */
export async function findSidecars(
  audioPath: string,
  list: ListFolder,
): Promise<{files: readonly SidecarFile[]; remarks: readonly Remark[]}> {
  const folder = dirname(audioPath);
  const song = basename(audioPath);
  const names = await list(folder);
  const files: SidecarFile[] = [];
  const remarks: Remark[] = [];
  for (const ending of sidecarEndings) {
    const wanted = `${stemOf(song)}${ending}`;
    const alike = names.filter((name) => folded(name) === folded(wanted));
    const mine = alike.filter((name) => name === wanted || !isAnothers(name, {ending, song, names}));
    const [chosen, ...others] = [wanted, ...mine.filter((name) => sameLetters(name, wanted)), ...mine].filter(
      (name, i, all) => alike.includes(name) && all.indexOf(name) === i,
    );
    if (chosen === undefined) continue;
    files.push({ending, path: join(folder, chosen)});
    if (!sameLetters(chosen, wanted)) remarks.push(otherCase(join(folder, chosen), song));
    remarks.push(...others.map((name) => twin(join(folder, name), chosen)));
  }
  return {files, remarks};
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/** Does another file of the folder, which is no text, have exactly this sidecar's stem? */
function isAnothers(
  name: string,
  {ending, song, names}: {ending: string; song: string; names: readonly string[]},
): boolean {
  const stem = name.slice(0, name.length - ending.length);
  return names.some(
    (other) => other !== song && stemOf(other) === stem && !/\.(?:txt|json|lrc)$/i.test(other),
  );
}

function sameLetters(a: string, b: string): boolean {
  return a.normalize('NFC') === b.normalize('NFC');
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function otherCase(path: string, song: string): Remark {
  return warning(
    'dataset/name-differs-in-case',
    `${shownPath(path)} is taken for a file of ${shownPath(song)}: only upper and lower case differ`,
    'Give both the same name; on another system it may not be found.',
  );
}

function twin(path: string, chosen: string): Remark {
  return warning(
    'dataset/name-differs-in-case',
    `${shownPath(path)} is not read: ${shownPath(chosen)} is, and their names differ in case or Unicode form only`,
    'Keep one of them.',
  );
}
