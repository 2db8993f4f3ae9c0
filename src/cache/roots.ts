import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import {type Fingerprint, sha256} from '../base/hash.js';
import type {Cache} from './cache.js';
import {rootsDir} from './layout.js';

/**
 * What gc keeps for one project: the fingerprints its lock file names. A cache may serve projects it cannot find by
 * itself, so each leaves a note here.
 */
export interface Root {
  /** Absolute path of the lock file; when it is gone, the root no longer counts. */
  readonly lock_file: string;
  readonly fingerprints: readonly Fingerprint[];
  /** Milliseconds since the epoch. */
  readonly used_at: number;
}

export async function recordRoot(cache: Cache, root: Root): Promise<void> {
  await writeDurably(
    join(rootsDir(cache.root), `${sha256(root.lock_file)}.json`),
    JSON.stringify(root),
    cache.fault,
  );
}

/** The roots whose lock files still exist. */
export async function readRoots(cache: Cache): Promise<Root[]> {
  const roots: Root[] = [];
  for (const name of await namesIn(rootsDir(cache.root))) {
    const root = parseRoot(await readFile(join(rootsDir(cache.root), name), 'utf8'));
    if (root !== undefined && existsSync(root.lock_file)) roots.push(root);
  }
  return roots;
}

function parseRoot(text: string): Root | undefined {
  try {
    return JSON.parse(text) as Root;
  } catch {
    return undefined;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  }
}
