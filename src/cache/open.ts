import {existsSync, statSync} from 'node:fs';
import {chmod} from 'node:fs/promises';
import {join} from 'node:path';
import {placeProblem} from '../base/accident.js';
import {type FaultHook, noFault, writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {type Fingerprint, isHash} from '../base/hash.js';
import {makeFolder} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {textIfReadable} from '../base/state-file.js';
import {isSystemError} from '../base/system-error.js';
import type {Cache, CacheSharing} from './cache.js';
import {parseEntry} from './entry-form.js';
import {readIndex} from './entry-index.js';
import {CACHE_FORMAT} from './layout.js';
import {ownedTemporaryName} from './leftovers.js';
import {newOwner} from './owner.js';
import type {CacheSource} from './source.js';

/** What else than its place can be chosen of a cache. */
export interface CacheChoices {
  readonly sources?: readonly CacheSource[];
  readonly sharing?: CacheSharing;
}

/**
 * Opens the cache below `root`, wherever that is: looking at a plan leaves nothing behind and asks for nothing.
 * Throws `cache/unknown-format` for a cache of another version.
 */
export function openCache(
  root: string,
  fault: FaultHook = noFault,
  {sources = [], sharing = 'private'}: CacheChoices = {},
): Cache {
  if (markerOf(root) === 'foreign') throw unknownFormat(root);
  return {
    root,
    owner: newOwner(),
    index: readIndex(root),
    seen: new Set(),
    checked: undefined,
    damaged: new Map(),
    forgotten: new Set(),
    sources,
    misses: new Set(),
    keeps_permissions: undefined,
    sharing,
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
  return namesIn(entries).some((prefix) =>
    namesIn(join(entries, prefix)).some((name) => {
      const fingerprint = name.slice(0, 64);
      const text = isHash(fingerprint) ? textIfReadable(join(entries, prefix, name)) : undefined;
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
    if (cache.sharing === 'group') await openToGroup(cache.root);
    const found = markerOf(cache.root);
    if (found === 'ours') return;
    if (found === 'damaged') await removeTree(join(cache.root, 'FORMAT'));
    if (!existsSync(join(cache.root, '.gitignore'))) await write('.gitignore', '*\n');
    await write('FORMAT', marker);
  } catch (error) {
    throw notWritable(cache.root, error);
  }
}

/** In one sentence what is in the way; errors that say nothing of the place (a full disk, a bug) as they are. */
export function notWritable(root: string, error: unknown): unknown {
  const reason = placeProblem(error);
  if (reason === undefined) return error;
  return new SidestepError(
    {
      code: 'cache/not-writable',
      message: `The cache at ${root} cannot be written: ${reason}`,
      hint: hintFor(root),
    },
    {cause: error},
  );
}

/** What helps depends on whose it is. */
function hintFor(root: string): string {
  const owner = ownerOf(root);
  const elsewhere = 'Choose another location with the setting `cache.dir` (or SIDESTEP_CACHE_DIR).';
  if (owner === undefined || owner === process.getuid?.())
    return `${elsewhere} What is there can still be read.`;
  return `It belongs to another user (number ${owner}). ${elsewhere} To read from it and write to your own: \`cache.from: [${root}]\`. To write into one together, all its users need the setting \`cache.sharing: group\` and a group of their own, and its owner once runs chmod -R g+rwX ${root}.`;
}

function ownerOf(root: string): number | undefined {
  try {
    return statSync(root, {throwIfNoEntry: false})?.uid;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return undefined;
  }
}

/** Folders made in it get its group, no matter who makes them; that they are writable to it is the umask's doing: see `shareWithGroup`. */
async function openToGroup(root: string): Promise<void> {
  const {mode, uid} = statSync(root);
  if (process.platform === 'win32' || uid !== process.getuid?.() || (mode & 0o2070) === 0o2070) return;
  await chmod(root, (mode & 0o7777) | 0o2070);
}

/** What this process and those that it starts write from now on is writable to its group. */
export function shareWithGroup(): void {
  process.umask(process.umask() & ~0o070);
}
