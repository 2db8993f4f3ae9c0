import {lstatSync, type Stats} from 'node:fs';
import {copyFile, lstat, readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {type ContentHash, hashFile} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import {linkOrCopy} from '../base/link-or-copy.js';
import {makeFolder} from '../base/make-folder.js';
import {isPathWithin} from '../base/path-within.js';
import {allow} from '../base/permissions.js';
import {SidestepError} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {rename} from '../base/rename.js';
import type {Cache} from './cache.js';
import {plainAt} from './commit-gate.js';
import type {OutputObject, TreeFile} from './entry.js';
import {fitsHere, isExecutable} from './executable.js';
import {objectPath, treeDir} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {listingHash} from './listing.js';
import {commitFile} from './object.js';
import {stillSound} from './soundness.js';

export type TreeOutput = Extract<OutputObject, {kind: 'tree'}>;

/**
 * Takes a folder into the cache, file by file; files `aside` are no part of its identity. Symbolic links are refused: what they point to may change or be outside.
 * Throws `cache/not-a-plain-file` naming the first thing that is neither a file nor a folder, before anything is taken.
 */
export async function commitTree(
  cache: Cache,
  folder: string,
  {name, aside = []}: {readonly name: string; readonly aside?: readonly string[]},
): Promise<TreeOutput> {
  const files: TreeFile[] = [];
  for (const [path, {mode}] of await listFiles(folder)) {
    const object = await commitFile(cache, join(folder, path));
    files.push({path, ...object, ...((await isExecutable(cache, mode)) ? {executable: true as const} : {})});
  }
  const hash = listingHash(files);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const identity = listingHash(files.filter(({path}) => !aside.includes(path)));
  return {kind: 'tree', hash, size, identity, name, files};
}

/** What `commitTree` would call a folder; nothing is taken. Throws as it does. */
export async function treeHashOf(cache: Cache, folder: string): Promise<ContentHash> {
  const files: TreeFile[] = [];
  for (const [path, {mode}] of await listFiles(folder)) {
    const {hash, size} = await hashFile(join(folder, path));
    files.push({
      path,
      hash,
      size,
      ...((await isExecutable(cache, mode)) ? {executable: true as const} : {}),
    });
  }
  return listingHash(files);
}

/**
 * A read-only folder with the tree's files, made once and shared by all who read it. The objects it is made of must have
 * been checked; a folder that is there already is used if it is made of these very files and no others, else made again.
 */
export async function materialiseTree(cache: Cache, tree: TreeOutput): Promise<string> {
  const target = treeDir(cache.root, tree.hash);
  if (await isWholeTree(cache, tree)) return target;
  const aside = ownedTemporaryName(cache, target);
  await removeTree(aside);
  await makeFolder(aside); // a tree may be empty
  for (const file of tree.files) await linkObject(cache, file, join(aside, file.path));
  await putInPlace(cache, tree, aside);
  return target;
}

/** Whether the folder of a tree holds its files, each the very object (or the same bytes), and nothing else. */
export async function isWholeTree(cache: Cache, tree: TreeOutput): Promise<boolean> {
  const folder = treeDir(cache.root, tree.hash);
  const found = await filesBelow(folder);
  if (found?.size !== tree.files.length) return false;
  for (const file of tree.files) {
    const stat = found.get(file.path);
    if (stat === undefined || !(await isThisObject(cache, file, {path: join(folder, file.path), stat})))
      return false;
  }
  return true;
}

/** A link to the object is the object; a copy (executable, or on a file system without links) is read. */
async function isThisObject(
  cache: Cache,
  file: TreeFile,
  {path, stat}: {readonly path: string; readonly stat: Stats},
): Promise<boolean> {
  if (stat.size !== file.size || !(await fitsHere(cache, stat.mode, file))) return false;
  const object = lstatSync(objectPath(cache.root, file.hash), {throwIfNoEntry: false});
  if (object?.ino === stat.ino && object.dev === stat.dev) return true;
  return (await hashFile(path)).hash === file.hash;
}

/** Somebody else may have been first: then theirs stays, for programs may be reading it. What is not whole gives way. */
async function putInPlace(cache: Cache, tree: TreeOutput, aside: string): Promise<void> {
  const target = treeDir(cache.root, tree.hash);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(aside, target);
      return;
    } catch (error) {
      if (!isFileError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR') || attempt === 5) throw error;
    }
    if (await isWholeTree(cache, tree)) return removeLeftover(aside);
    const old = ownedTemporaryName(cache, target);
    try {
      await rename(target, old);
      await removeLeftover(old);
    } catch (error) {
      if (isFileError(error, 'EXDEV'))
        await removeLeftover(target); // a folder of a layer below a container's
      else if (!isFileError(error, 'ENOENT')) throw error;
    }
  }
}

async function linkObject(cache: Cache, file: TreeFile, path: string): Promise<void> {
  const object = objectPath(cache.root, file.hash);
  await makeFolder(dirname(path));
  if (file.executable) return copyExecutable(object, path);
  if ((await linkOrCopy(object, path)) === 'linked') stillSound(cache, file.hash);
}

/** Objects carry no mode, and a link shares its object's: what must be executable is a copy. */
async function copyExecutable(object: string, path: string): Promise<void> {
  await copyFile(object, path);
  await allow(path, 0o555);
}

/** Relative paths of all files below a folder, with `/`, in code-unit order. */
async function listFiles(folder: string): Promise<[string, Stats][]> {
  const found: [string, Stats][] = [];
  const walk = async (below: string): Promise<void> => {
    for (const name of await readdir(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`;
      if (path.includes('\uFFFD')) await requireReadableName(join(folder, path));
      if (!isPathWithin(path)) throw notPortable(join(folder, path));
      const stat = plainAt(join(folder, path));
      if (stat.isDirectory()) await walk(path);
      else found.push([path, stat]);
    }
  };
  await walk('');
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Node gives names that are not UTF-8 a replacement character, under which nothing is to be found. */
async function requireReadableName(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error;
    throw new SidestepError({
      code: 'run/name-not-unicode',
      message: `The name ${path} is not UTF-8`,
      hint: 'Give the file a name in UTF-8: sidestep keeps outputs under their names on any system.',
    });
  }
}

/** Kept under such a name it would be taken for one that leads elsewhere, and never be found again. */
function notPortable(path: string): SidestepError {
  return new SidestepError({
    code: 'run/name-not-portable',
    message: `The name ${path} is the way to another place on some systems`,
    hint: 'Give the file a name without a colon behind its first letter and without backslashes: outputs keep their names on any system.',
  });
}

/** Undefined when there is no such folder, or something odd is in it. */
async function filesBelow(folder: string): Promise<Map<string, Stats> | undefined> {
  try {
    return lstatSync(folder).isDirectory() ? new Map(await listFiles(folder)) : undefined;
  } catch (error) {
    if (error instanceof SidestepError || isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
