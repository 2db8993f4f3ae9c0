import {objectsOf} from '../cache/entry.js';
import type {Inventory} from '../cache/inventory.js';
import type {ShownEntry} from '../render/cache-text.js';

/** Entries newest first; objects that several share count for each. */
export function shownEntries(inventory: Inventory): ShownEntry[] {
  return inventory.entries
    .map(({entry}) => ({
      fingerprint: entry.fingerprint,
      made_by: entry.made_by,
      created_at: entry.created_at,
      duration_ms: entry.duration_ms,
      bytes: objectsOf(entry).reduce((sum, {size}) => sum + size, 0),
    }))
    .sort((a, b) => b.created_at - a.created_at);
}
