import {rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {namesIn} from '../base/folder.js';
import type {Cache} from './cache.js';
import {livingOwner} from './owner.js';

const LEFTOVER = /^(.+)\.(\d+-[0-9a-f]{12})\.tmp$/;

/**
 * The name under which this runner writes a file that users see before it gets its real one. It says whose it is, so that what a
 * killed runner left can be told from what another is just writing.
 */
export function ownedTemporaryName({owner}: Cache, path: string): string {
  return `${path}.${owner.id}.tmp`;
}

/** Removes what killed runners left beside files that are about to be written anew. */
export async function clearLeftovers(cache: Cache, paths: readonly string[]): Promise<void> {
  const wanted = new Set(paths);
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    for (const name of namesIn(folder)) {
      const [, target, owner] = LEFTOVER.exec(name) ?? [];
      if (target === undefined || !wanted.has(join(folder, target))) continue;
      if (livingOwner(cache.root, owner!, Date.now()) !== undefined) continue;
      await rm(join(folder, name), {force: true});
    }
  }
}
