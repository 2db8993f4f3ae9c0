import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {placeProblem} from '../base/accident.js';
import {type FaultHook, noFault, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import {makeFolder} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {textIfReadable} from '../base/state-file.js';
import {parseEntry} from './entry-form.js';
import {readIndex} from './entry-index.js';
import {CACHE_FORMAT} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {newOwner, type Owner} from './owner.js';
import type {CheckedObjects, EvictedObject} from './soundness.js';

/** A content-addressed store on disk, shared by any number of projects and processes at once. */
export interface Cache {
  readonly root: string;
  /** Who this process is to the others. */
  readonly owner: Owner;
  /** Text of entries by fingerprint, read once; see entry-index.ts. */
  readonly index: Map<Fingerprint, string>;
  /** Objects seen in their size during this process's life, so that they are looked at once. */
  readonly seen: Set<ContentHash>;
  /** Objects whose bytes were compared with their names; see soundness.ts. Undefined until the first is asked for. */
  checked: CheckedObjects | undefined;
  /** Objects that this process saw damaged and has not made again. */
  readonly damaged: Map<ContentHash, EvictedObject['reason']>;
  /** Entries that this process gave up, which matters where they cannot be removed. */
  readonly forgotten: Set<Fingerprint>;
  readonly fault: FaultHook;
}

/**
 * Opens the cache below `root`, wherever that is: looking at a plan leaves nothing behind and asks for nothing.
 * Throws `cache/unknown-format` for a cache of another version.
 */
export function openCache(root: string, fault: FaultHook = noFault): Cache {
  if (markerOf(root) === 'foreign') throw unknownFormat(root);
  return {
    root,
    owner: newOwner(),
    index: readIndex(root),
    seen: new Set(),
    checked: undefined,
    damaged: new Map(),
    forgotten: new Set(),
    fault,
  };
}

/** `damaged`: no number at all, or another one above entries that are in our form. */
function markerOf(root: string): 'ours' | 'foreign' | 'damaged' | 'none' {
  const path = join(root, 'FORMAT');
  const text = textIfReadable(path);
  if (text === undefined) return existsSync(path) ? 'damaged' : 'none';
  if (text === marker) return 'ours';
  return /^\d+$/.test(text.trim()) && !holdsOurEntries(root) ? 'foreign' : 'damaged';
}

const marker = `${CACHE_FORMAT}\n`;

function holdsOurEntries(root: string): boolean {
  const entries = join(root, 'entries');
  return namesIn(entries).some((shelf) =>
    namesIn(join(entries, shelf)).some((name) => {
      const fingerprint = name.slice(0, 64);
      const text = isHash(fingerprint) ? textIfReadable(join(entries, shelf, name)) : undefined;
      return text !== undefined && parseEntry(text, fingerprint as Fingerprint) !== undefined;
    }),
  );
}

function unknownFormat(root: string): SidestepError {
  const found = (textIfReadable(join(root, 'FORMAT')) ?? '').trim();
  return new SidestepError({
    code: 'cache/unknown-format',
    message: `The cache at ${root} has format ${found}, this program writes format ${CACHE_FORMAT}`,
    hint: 'Choose another location with the setting `cache.dir` (or SIDESTEP_CACHE_DIR), or remove that folder.',
  });
}

/** Makes the folder and its marks, or makes damaged ones good. Throws `cache/not-writable`. */
export async function prepareCache(cache: Cache): Promise<void> {
  const write = (name: string, text: string) => {
    const path = join(cache.root, name);
    return writeDurably(path, text, cache.fault, ownedTemporaryName(cache, path));
  };
  try {
    await makeFolder(cache.root);
    const found = markerOf(cache.root);
    if (found === 'ours') return;
    if (found === 'damaged') await rm(join(cache.root, 'FORMAT'), {recursive: true, force: true});
    if (!existsSync(join(cache.root, '.gitignore'))) await write('.gitignore', '*\n');
    await write('FORMAT', marker);
  } catch (error) {
    throw notWritable(cache.root, error);
  }
}

/** In one sentence what stands in the way; errors that say nothing of the place (a full disk, a bug) as they are. */
export function notWritable(root: string, error: unknown): unknown {
  const reason = placeProblem(error);
  if (reason === undefined) return error;
  return new SidestepError(
    {
      code: 'cache/not-writable',
      message: `The cache at ${root} cannot be written: ${reason}`,
      hint: 'Choose another location with the setting `cache.dir` (or SIDESTEP_CACHE_DIR). What lies there can still be read.',
    },
    {cause: error},
  );
}
