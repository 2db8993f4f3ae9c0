import {chmod, copyFile, link, mkdir, readdir, rename, rm, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError, temporaryName} from '../base/durable.js';
import {contentHash} from '../base/hash.js';
import {canonicalJson, type Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import type {Cache} from './cache.js';
import type {OutputObject, TreeFile} from './entry.js';
import {objectPath, treeDir} from './layout.js';
import {commitFile} from './object.js';

type TreeOutput = Extract<OutputObject, {kind: 'tree'}>;

/**
 * Takes a folder into the cache, file by file. Symbolic links are refused: what they point to may change or lie outside.
 * Throws `cache/not-a-plain-file` naming the first thing that is neither a file nor a folder.
 */
export async function commitTree(cache: Cache, folder: string, name: string): Promise<TreeOutput> {
  const files: TreeFile[] = [];
  for (const path of await listFiles(folder)) {
    const {mode} = await stat(join(folder, path));
    const object = await commitFile(cache, join(folder, path));
    files.push({path, ...object, ...((mode & 0o111) === 0 ? {} : {executable: 'yes' as const})});
  }
  const hash = contentHash(canonicalJson(files as unknown as Json));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return {kind: 'tree', hash, size, identity: hash, name, files};
}

/** A read-only folder with the tree's files, made once and shared by all who read it. */
export async function materialiseTree(cache: Cache, tree: TreeOutput): Promise<string> {
  const target = treeDir(cache.root, tree.hash);
  if (await isThere(target)) return target;
  const temporary = temporaryName(target);
  for (const file of tree.files) await linkObject(cache, file, join(temporary, file.path));
  await mkdir(temporary, {recursive: true}); // a tree may be empty
  try {
    await rename(temporary, target);
  } catch (error) {
    if (!isFileError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    await rm(temporary, {recursive: true, force: true}); // another runner was first
  }
  return target;
}

async function linkObject(cache: Cache, file: TreeFile, path: string): Promise<void> {
  const object = objectPath(cache.root, file.hash);
  await mkdir(dirname(path), {recursive: true});
  if (file.executable === 'yes') return copyExecutable(object, path);
  try {
    await link(object, path);
  } catch (error) {
    if (!isFileError(error, 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS')) throw error;
    await copyFile(object, path); // a file system without hard links
  }
}

/** Objects carry no mode, and a link shares its object's: what must be executable is a copy. */
async function copyExecutable(object: string, path: string): Promise<void> {
  await copyFile(object, path);
  await chmod(path, 0o555);
}

/** Relative paths of all files below a folder, with `/`, in code-unit order. */
async function listFiles(folder: string, below = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(folder, below), {withFileTypes: true})) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) found.push(path);
    else throw notPlain(join(folder, path));
  }
  return found.sort();
}

function notPlain(path: string): SidestepError {
  return new SidestepError({
    code: 'cache/not-a-plain-file',
    message: `${path} is neither a file nor a folder`,
    hint: 'Outputs may hold files and folders only: copy what a symbolic link points to.',
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return false;
    throw error;
  }
}
