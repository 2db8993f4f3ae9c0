import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ContentHash} from '../base/hash.js';
import type {Json} from '../base/json.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entry.js';
import {objectPath, treeDir} from '../cache/layout.js';
import {savedPartials} from '../cache/partial.js';
import type {PlannedOutput} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import {PARTIAL_POINTER} from '../protocol/message.js';

/**
 * The cache as planning sees it. Answers are read when asked for, yet planning stays a function of its arguments: what
 * is asked for is named by a hash of itself. Parsed JSON is kept while the view lives.
 */
export function viewCache(cache: Cache): CacheView {
  const parsed = new Map<ContentHash, Json>();
  return {
    entry: (fingerprint) => {
      const state = lookUp(cache, fingerprint);
      switch (state.kind) {
        case 'present':
          return {
            kind: 'present',
            outputs: state.entry.outputs,
            about: state.entry.about,
            duration_ms: state.entry.duration_ms,
          };
        case 'absent':
          return state;
        case 'incomplete':
          return {kind: 'incomplete', lost: state.lost.map(({hash}) => hash)};
      }
    },
    json: (hash) => {
      const known = parsed.get(hash);
      if (known !== undefined) return known;
      const value = JSON.parse(readFileSync(objectPath(cache.root, hash), 'utf8')) as Json;
      parsed.set(hash, value);
      return value;
    },
    pathOf: (output) => outputPath(cache, output),
    saved: (group) => savedPartials(cache, group, PARTIAL_POINTER),
  };
}

/** Where programs read an output; a tree's folder exists once `materialiseTree` made it. */
export function outputPath(cache: Cache, output: Pick<PlannedOutput, 'kind' | 'hash'>): string {
  return output.kind === 'tree' ? treeDir(cache.root, output.hash) : objectPath(cache.root, output.hash);
}

/** Where a worker finds any object by its hash; see WorkerContext.objectPath. */
export function objectsRoot(cache: Cache): string {
  return join(cache.root, 'objects');
}
