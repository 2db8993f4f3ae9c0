import {bulkOf, type CacheEntry, objectsOf} from '../cache/entry.js';
import type {Inventory} from '../cache/inventory.js';
import type {ShownEntry} from '../render/cache-text.js';

/** Entries newest first; objects that several share count for each, those that were removed as temporary for none. */
export function shownEntries(inventory: Inventory): ShownEntry[] {
  return inventory.entries
    .map(({entry}) => ({
      fingerprint: entry.fingerprint,
      made_by: entry.made_by,
      created_at: entry.created_at,
      duration_ms: entry.duration_ms,
      bytes: objectsOf(entry).reduce(
        (sum, {hash, size}) => sum + (inventory.objects.has(hash) ? size : 0),
        0,
      ),
      ...(lacksTemporary(entry, inventory) ? {removed: entry.removed!.outputs} : {}),
    }))
    .sort((a, b) => b.created_at - a.created_at);
}

function lacksTemporary(entry: CacheEntry, {objects}: Inventory): boolean {
  return bulkOf(entry, entry.removed?.outputs ?? []).some(({hash}) => !objects.has(hash));
}
