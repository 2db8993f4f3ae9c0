import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {type ContentHash, contentHash} from '../base/hash.js';
import type {Json} from '../base/json.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import {bulkOf, type CacheEntry, type ObjectRef} from '../cache/entry.js';
import {objectPath, treeDir} from '../cache/layout.js';
import {savedPartials} from '../cache/partial.js';
import type {PlannedOutput} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';

/**
 * The cache as planning sees it. Answers are read when asked for, yet planning stays a function of its arguments: what
 * is asked for is named by a hash of itself. JSON is read and checked with the entry that names it, since planning goes by
 * what is in it; other objects are checked when something is about to read them.
 */
export function viewCache(cache: Cache): CacheView {
  const texts = new Map<ContentHash, string>();
  const parsed = new Map<ContentHash, Json>();
  return {
    entry: (fingerprint, needs) => {
      const state = lookUp(cache, fingerprint, needs);
      switch (state.kind) {
        case 'present':
        case 'removed': {
          const lost = damagedJson(cache, state.entry, texts);
          if (lost.length > 0) return {kind: 'incomplete', lost};
          const {outputs, about, duration_ms, warnings = [], parts} = state.entry;
          const made = {outputs, about, duration_ms, warnings, numerics: parts.numerics ?? null};
          if (state.kind === 'present') return {kind: 'present', ...made};
          return {kind: 'removed', ...made, removed: outputsWithout(state.entry, state.lost)};
        }
        case 'absent':
          return state;
        case 'incomplete':
          return {kind: 'incomplete', lost: state.lost.map(({hash}) => hash)};
      }
    },
    json: (hash) => {
      const known = parsed.get(hash);
      if (known !== undefined) return known;
      const value = JSON.parse(texts.get(hash) ?? textOf(cache, hash) ?? 'null') as Json;
      parsed.set(hash, value);
      return value;
    },
    pathOf: (output) => outputPath(cache, output),
    saved: (group) => savedPartials(cache, group),
  };
}

/** The outputs that lack some of these objects. */
function outputsWithout(entry: CacheEntry, lost: readonly ObjectRef[]): string[] {
  const gone = new Set(lost.map(({hash}) => hash));
  return Object.keys(entry.outputs).filter((name) => bulkOf(entry, [name]).some(({hash}) => gone.has(hash)));
}

/** The JSON outputs of an entry that are not what their names say; the text of the others is kept. */
function damagedJson(cache: Cache, {outputs}: CacheEntry, texts: Map<ContentHash, string>): ContentHash[] {
  return Object.values(outputs).flatMap(({kind, hash}) => {
    if (kind !== 'json' || texts.has(hash)) return [];
    const text = textOf(cache, hash);
    if (text === undefined) return [hash];
    texts.set(hash, text);
    return [];
  });
}

/** Its bytes here, else those of a place that has it. */
function textOf(cache: Cache, hash: ContentHash): string | undefined {
  const here = soundText(cache, hash);
  if (here !== undefined) return here;
  for (const source of cache.sources) {
    const text = source.text(hash);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Undefined, and known to be damaged from now on, when the bytes are not those of the hash. */
function soundText(cache: Cache, hash: ContentHash): string | undefined {
  try {
    const bytes = readFileSync(objectPath(cache.root, hash));
    if (contentHash(bytes) === hash) return bytes.toString('utf8');
    cache.damaged.set(hash, 'wrong_hash');
    cache.seen.delete(hash);
    return undefined;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
}

/** Where programs read an output; a tree's folder exists once `materialiseTree` made it. */
export function outputPath(cache: Cache, output: Pick<PlannedOutput, 'kind' | 'hash'>): string {
  return output.kind === 'tree' ? treeDir(cache.root, output.hash) : objectPath(cache.root, output.hash);
}

/** Where a worker finds any object by its hash; see WorkerContext.objectPath. */
export function objectsRoot(cache: Cache): string {
  return join(cache.root, 'objects');
}
