import {absentObjects, bringObjects} from '../cache/bring.js';
import type {Cache} from '../cache/cache.js';
import type {ObjectRef} from '../cache/entry.js';
import type {RunEvent} from '../event/event.js';

type Reporter = (event: RunEvent) => void;

/** Copies objects here that only other places have, and tells how far that is and what went wrong there. */
export async function bringHere(cache: Cache, objects: Iterable<ObjectRef>, emit: Reporter): Promise<void> {
  const absent = absentObjects(cache, objects);
  if (absent.length === 0) return;
  const transfers = transferReporter('fetch', emit);
  await bringObjects(cache, absent, {progress: ({from, ...state}) => transfers.progress(from, state)});
  transfers.end();
  reportTroubles(cache, emit);
}

/**
 * Asks servers for what was looked up and is not known to be anywhere. Resolves to how much of it they have: then what was decided
 * before is to be decided again.
 */
export async function askSources(cache: Cache, signal?: AbortSignal): Promise<number> {
  const open = [...cache.misses];
  cache.misses.clear();
  let found = 0;
  for (const source of open.length === 0 ? [] : cache.sources) found += await source.ask(open, signal);
  return found;
}

/** What went wrong at other places since this was last asked: never more than a warning. */
export function reportTroubles({sources}: Pick<Cache, 'sources'>, emit: Reporter): void {
  for (const source of sources)
    for (const problem of source.troubles()) emit({kind: 'warning', stage: undefined, problem});
}

/** Waits for results that are being sent elsewhere; what is not sent when the run is asked to stop is not sent. */
export async function settleSources(
  cache: Cache,
  {signal, emit}: {readonly signal: AbortSignal; readonly emit: Reporter},
): Promise<void> {
  for (const source of cache.sources) {
    const transfers = transferReporter('store', emit);
    await source.flush?.({signal, progress: (sent) => transfers.progress(source.name, sent)});
    transfers.end();
  }
  reportTroubles(cache, emit);
}

/** Often enough for a screen, rarely enough for a record. */
const TELL_EVERY_MS = 1_000;

type Transfer = Extract<RunEvent, {kind: 'cache_transfer'}>;
type TransferState = Pick<Transfer, 'objects' | 'total_objects' | 'bytes' | 'total_bytes'>;

/** Turns counts into events: one a second while it goes on, and one at the end. */
export function transferReporter(
  direction: Transfer['direction'],
  emit: Reporter,
): {readonly progress: (place: string, state: TransferState) => void; readonly end: () => void} {
  const began = performance.now();
  let last: Transfer | undefined;
  let told = began;
  return {
    progress: (place, state) => {
      const now = performance.now();
      last = {
        kind: 'cache_transfer',
        direction,
        place,
        state: 'running',
        ...state,
        left_ms: leftOf(state, now - began),
      };
      if (now - told < TELL_EVERY_MS) return;
      told = now;
      emit(last);
    },
    end: () => {
      if (last !== undefined) emit({...last, state: 'ended', left_ms: null});
    },
  };
}

/** By the rate so far. */
function leftOf({bytes, total_bytes}: TransferState, ms: number): number | null {
  return bytes === 0 || ms < TELL_EVERY_MS
    ? null
    : Math.round((ms / bytes) * Math.max(0, total_bytes - bytes));
}
