import {statSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {removeLeftover} from '../base/leftover.js';
import type {Cache} from './cache.js';
import {isProcess, livingOwner} from './owner.js';

const OWNED = /^(.+?)(?:\.n\d+)?\.(\d+-[0-9a-f]{12})\.tmp$/;

let serial = 0;
/** Of `temporaryName`: process id, time, serial number. */
const OF_PROCESS = /\.(\d+)-[0-9a-z]+-\d+\.tmp$/;

/**
 * The name under which this runner writes a file before it gets its real one. It says whose it is, so that what a killed
 * runner left can be told from what another is just writing; two stages of one runner may be at the same file.
 */
export function ownedTemporaryName({owner}: Pick<Cache, 'owner'>, path: string): string {
  serial += 1;
  return `${path}.n${serial}.${owner.id}.tmp`;
}

/** Removes what killed runners left beside files that are about to be written again. */
export async function clearLeftovers(cache: Cache, paths: readonly string[]): Promise<void> {
  const wanted = new Set(paths);
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    for (const name of namesIn(folder)) {
      const [, target, owner] = OWNED.exec(name) ?? [];
      if (target === undefined || !wanted.has(join(folder, target))) continue;
      if (livingOwner(cache.root, owner!) !== undefined) continue;
      await removeLeftover(join(folder, name));
    }
  }
}

/** Where temporary files may be, below a cache's root. What a worker makes in a partial folder it makes under a name of its own. */
const SWEPT = ['.', 'entries', 'objects', 'trees', 'roots', 'owners', 'partial', 'memory'];

/** Removes all that killed runners left half-written in the cache; of living ones nothing is touched. */
export async function sweepCache({root}: Cache): Promise<void> {
  for (const name of SWEPT) {
    const deep = name === 'entries' || name === 'objects' || name === 'partial';
    await sweepFolder(root, {folder: join(root, name), depth: deep ? 2 : 1});
  }
}

/** The same in the folder where a project keeps its state. */
export async function sweepState({root}: Cache, stateDir: string): Promise<void> {
  await sweepFolder(root, {folder: stateDir, depth: DEEPEST_STATE, except: ['runs', 'cache']});
}

/** `experiments/NAME/last/…`. */
const DEEPEST_STATE = 4;

interface Sweep {
  readonly folder: string;
  readonly depth: number;
  /** What people read of runs is theirs, and large. */
  readonly except?: readonly string[];
}

async function sweepFolder(root: string, {folder, depth, except = []}: Sweep): Promise<void> {
  for (const entry of await entriesOrNone(folder)) {
    if (except.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.name.endsWith('.tmp')) await removeIfAbandoned(root, path);
    else if (depth > 1 && entry.isDirectory()) await sweepFolder(root, {folder: path, depth: depth - 1});
  }
}

async function removeIfAbandoned(root: string, path: string): Promise<void> {
  if (isAbandoned(root, path)) await removeLeftover(path);
}

/** Longer than anybody takes from making a temporary file to renaming it, where its process may be another by now. */
const WRITTEN_WITHIN_MS = 3_600_000;

function isAbandoned(root: string, path: string): boolean {
  const stat = statSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return false;
  const young = Date.now() - stat.mtimeMs < WRITTEN_WITHIN_MS;
  const owner = OWNED.exec(path)?.[2];
  if (owner !== undefined && livingOwner(root, owner) !== undefined) return false;
  const pid = Number(owner === undefined ? OF_PROCESS.exec(path)?.[1] : owner.split('-')[0]);
  return !young || (Number.isInteger(pid) && !isProcess(pid));
}

async function entriesOrNone(folder: string) {
  try {
    return await readdir(folder, {withFileTypes: true});
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return [];
    throw error;
  }
}
