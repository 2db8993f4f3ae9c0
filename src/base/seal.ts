import {createHash} from 'node:crypto';
import {createReadStream, lstatSync} from 'node:fs';
import {join, relative, sep} from 'node:path';
import {entriesIn} from './folder.js';
import {type ContentHash, hashFile} from './hash.js';
import {isSystemError} from './system-error.js';

/** What the bytes of a file were when it was whole; of a file that is appended to, its first `size` bytes. */
export interface SealedFile {
  /** Below the folder that the seal is of, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly hash: ContentHash;
}

/** Files that work saved for later counts on: nothing is believed of a disk that gives other bytes than it took, or of a slip of the hand. */
export interface Seal {
  /** Folders that hold the named files, as they were, and no others. */
  readonly folders: readonly SealedFolder[];
  /** Files that may be longer by now. */
  readonly beginnings: readonly SealedFile[];
}

export interface SealedFolder {
  readonly path: string;
  readonly files: readonly SealedFile[];
}

export interface Damage {
  /** Below the folder that the seal is of. */
  readonly path: string;
  readonly what: 'missing' | 'changed' | 'added';
}

/** After the path. */
export const DAMAGE_WORDS: Readonly<Record<Damage['what'], string>> = {
  missing: 'is gone',
  changed: 'is not what was written',
  added: 'was not written by it',
};

/** Reads every file of `join(root, path)`. */
export async function sealFolder(root: string, path: string): Promise<SealedFolder> {
  const files: SealedFile[] = [];
  for (const name of await filesBelow(join(root, path)))
    files.push({path: name, ...(await hashFile(join(root, path, name)))});
  return {path, files};
}

/** The first thing below `root` that is not what was sealed; undefined when all is as it was. */
export async function damageIn(root: string, {folders, beginnings}: Seal): Promise<Damage | undefined> {
  for (const folder of folders) {
    const damage = await damageInFolder(root, folder);
    if (damage !== undefined) return damage;
  }
  for (const {path, size, hash} of beginnings) {
    const file = join(root, path);
    const kind = kindAt(file);
    if (kind === 'nothing') return {path, what: 'missing'};
    if (kind !== 'file' || (await hashBeginning(file, size)) !== hash) return {path, what: 'changed'};
  }
  return undefined;
}

export async function damageInFolder(root: string, {path, files}: SealedFolder): Promise<Damage | undefined> {
  const folder = join(root, path);
  const known = new Map(files.map((file) => [file.path, file]));
  const names = kindAt(folder) === 'folder' ? await filesBelow(folder) : [];
  const missing = files.find((file) => !names.includes(file.path));
  if (missing !== undefined) return {path: `${path}/${missing.path}`, what: 'missing'};
  for (const name of names) {
    const sealed = known.get(name);
    if (sealed === undefined) return {path: `${path}/${name}`, what: 'added'};
    if (!(await isAsSealed(folder, sealed))) return {path: `${path}/${name}`, what: 'changed'};
  }
  return undefined;
}

/** Relative paths of everything below a folder that is no folder, in code-unit order. Links are not followed. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (at: string): Promise<void> => {
    for (const {name, kind} of await entriesIn(at)) {
      const path = join(at, name);
      if (kind === 'folder') await walk(path);
      else found.push(relative(folder, path).split(sep).join('/'));
    }
  };
  await walk(folder);
  return found.sort();
}

function kindAt(path: string): 'file' | 'folder' | 'other' | 'nothing' {
  const stat = lstatSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return 'nothing';
  if (stat.isFile()) return 'file';
  return stat.isDirectory() ? 'folder' : 'other';
}

/** Bytes that cannot be read (a bad disk) are as good as wrong ones. */
export async function isAsSealed(folder: string, {path, size, hash}: SealedFile): Promise<boolean> {
  const file = join(folder, path);
  if (kindAt(file) !== 'file') return false;
  const found = await whereReadable(() => hashFile(file));
  return found?.hash === hash && found.size === size;
}

function hashBeginning(file: string, size: number): Promise<string | undefined> {
  return whereReadable(async () => {
    const digest = createHash('sha256');
    // `end` is inclusive, so that nothing at all cannot be asked for.
    if (size > 0)
      for await (const chunk of createReadStream(file, {end: size - 1})) digest.update(chunk as Buffer);
    return digest.digest('hex');
  });
}

async function whereReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}
