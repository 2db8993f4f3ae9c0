import {bytesText} from '../base/bytes-text.js';
import {DAMAGE_WORDS, type Damage} from '../base/seal.js';
import type {Palette} from './palette.js';
import {countText} from './quantity.js';
import {visible} from './visible.js';

export interface ShownEntry {
  readonly fingerprint: string;
  /** Stage type, or stage type and part of a sample. */
  readonly made_by: string;
  readonly created_at: number;
  readonly duration_ms: number;
  readonly bytes: number;
  /** Temporary outputs whose bytes were removed. */
  readonly removed?: readonly string[];
}

export function cacheTable(
  cache: {
    readonly dir: string;
    readonly bytes: number;
    readonly partial_bytes: number;
    readonly entries: readonly ShownEntry[];
  },
  colours: Palette,
): string {
  const makers = [...new Set(cache.entries.map((entry) => entry.made_by))].sort();
  const width = Math.max(0, ...makers.map((maker) => maker.length));
  const lines = makers.map((maker) => {
    const entries = cache.entries.filter((entry) => entry.made_by === maker);
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
    const removed = entries.filter((entry) => entry.removed !== undefined).length;
    const note = removed === 0 ? '' : colours.dim(`  temporary outputs of ${removed} removed`);
    return `${maker.padEnd(width)}  ${count.padStart(13)}  ${bytesText(bytes).padStart(9)}${note}`;
  });
  const partial =
    cache.partial_bytes > 0
      ? `, and ${bytesText(cache.partial_bytes)} to continue unfinished stages from`
      : '';
  return [...lines, colours.dim(`${bytesText(cache.bytes)} in ${visible(cache.dir)}${partial}`), ''].join(
    '\n',
  );
}

export function gcText(
  gc: {
    readonly dry_run: boolean;
    readonly entries: readonly {readonly made_by: string}[];
    readonly objects: number;
    readonly kept_partials: number;
    readonly freed_bytes: number;
    readonly kept_bytes: number;
    readonly temporary_bytes: number;
  },
  colours: Palette,
): string {
  const temporary =
    gc.temporary_bytes === 0
      ? ''
      : `${gc.dry_run ? 'Would remove' : 'Removed'} ${bytesText(gc.temporary_bytes)} of temporary outputs.\n`;
  if (gc.entries.length === 0 && gc.objects === 0 && gc.freed_bytes === 0) {
    return `${temporary}Nothing to drop; ${bytesText(gc.kept_bytes)} are in use${continued(gc.kept_partials)}.\n`;
  }
  const counts = new Map<string, number>();
  for (const {made_by} of gc.entries) counts.set(made_by, (counts.get(made_by) ?? 0) + 1);
  const lines = [...counts].sort().map(([maker, count]) => `  ${maker}: ${count}`);
  const verb = gc.dry_run ? 'Would drop' : 'Dropped';
  const sum = `${verb} ${countText(gc.objects, 'object')}, ${bytesText(gc.freed_bytes)}; ${bytesText(gc.kept_bytes)} stay${continued(gc.kept_partials)}.`;
  return temporary + [...lines, colours.bold(sum), ''].join('\n');
}

function continued(partials: number): string {
  return partials === 0 ? '' : `, and what ${countText(partials, 'unfinished stage')} will continue from`;
}

interface VerifiedEntry {
  readonly made_by: string;
  readonly fingerprint: string;
}

interface Verified {
  readonly objects: number;
  readonly bytes: number;
  readonly evicted: readonly {
    readonly hash: string;
    readonly reason: 'missing' | 'wrong_size' | 'wrong_hash';
  }[];
  readonly junk_entries: number;
  readonly trees: readonly string[];
  readonly incomplete: readonly VerifiedEntry[];
  readonly suspect: readonly VerifiedEntry[];
  readonly saved_states: number;
  readonly damaged_states: readonly (Damage & {readonly fingerprint: string})[];
  readonly all_removed: boolean;
}

/** How many things were not as they should be. */
export function foundIn(
  report: Omit<Verified, 'objects' | 'bytes' | 'saved_states' | 'all_removed'>,
): number {
  const {evicted, incomplete, suspect, trees, damaged_states, junk_entries} = report;
  return [evicted, incomplete, suspect, trees, damaged_states].reduce(
    (sum, found) => sum + found.length,
    junk_entries,
  );
}

export function verifyText(report: Verified, colours: Palette): string {
  const {evicted, incomplete, suspect, trees, junk_entries, saved_states, damaged_states} = report;
  const states = saved_states === 0 ? '' : `, ${countText(saved_states, 'saved state')}`;
  const read = `${countText(report.objects, 'object')}, ${bytesText(report.bytes)}${states}`;
  if (foundIn(report) === 0) return colours.green(`All sound: ${read}.\n`);
  const gone = report.all_removed ? ', removed' : '';
  const reasons = {missing: 'vanished', wrong_size: `wrong size${gone}`, wrong_hash: `damaged${gone}`};
  const cross = colours.red('✖');
  return [
    ...evicted.map(({hash, reason}) => `${cross} object ${hash.slice(0, 12)} ${reasons[reason]}`),
    ...trees.map((hash) => `${cross} folder ${hash.slice(0, 12)} not as its objects say${gone}`),
    ...(junk_entries === 0 ? [] : [`${cross} ${countText(junk_entries, 'cache record')} unreadable${gone}`]),
    ...damaged_states.map(
      ({fingerprint, path, what}) =>
        `${cross} saved state of ${fingerprint.slice(0, 12)} damaged${gone}: ${visible(path)} ${DAMAGE_WORDS[what]}`,
    ),
    ...computedAgain(incomplete, 'what they hold is damaged or gone'),
    ...computedAgain(suspect, 'made from what was damaged'),
    `Read ${read}. ${endOf(report)}`,
    '',
  ].join('\n');
}

/** A line for each stage type: a folder of songs has thousands of results. */
function computedAgain(entries: readonly VerifiedEntry[], why: string): string[] {
  const makers = [...new Set(entries.map(({made_by}) => made_by))].sort();
  return makers.map((maker) => {
    const count = entries.filter(({made_by}) => made_by === maker).length;
    return `  ${maker}: ${countText(count, 'result')} (${why})`;
  });
}

function endOf({all_removed, incomplete, suspect}: Verified): string {
  if (!all_removed) return 'This cache cannot be written: what is damaged stays in it, and is not used.';
  const again = incomplete.length + suspect.length;
  if (again === 0) return 'What is left is sound.';
  return `${countText(again, 'result')} will be computed again when a run needs ${again === 1 ? 'it' : 'them'}; what is left is sound.`;
}
