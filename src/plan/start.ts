import type {Fingerprint} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Extension, SavedWork, StageType} from '../stage/stage-type.js';
import type {Start} from '../stage/start.js';

/**
 * Pure, and the one rule by which `plan`, `why`, `status`, `watch` and `run` decide where a stage takes up its work: at its own
 * saved state; else, where that gives the bytes of a first run, at the furthest one of another length; else at the beginning.
 */
export function startOf(
  {params, fingerprint}: {readonly params: JsonObject; readonly fingerprint: Fingerprint},
  type: StageType,
  found: readonly SavedWork[],
): Start {
  const saved = found.filter(({written_by}) => written_by === undefined);
  const other = found.find(({written_by}) => written_by !== undefined)?.written_by;
  const start = startFrom({params, fingerprint}, type, saved);
  return start.kind === 'beginning' && other !== undefined ? {kind: 'other_version', version: other} : start;
}

function startFrom(
  {params, fingerprint}: {readonly params: JsonObject; readonly fingerprint: Fingerprint},
  type: StageType,
  saved: readonly SavedWork[],
): Start {
  const growth = type.extends;
  const own = saved.find((work) => work.fingerprint === fingerprint);
  if (own !== undefined)
    return {kind: 'own_state', at: growth?.standing(own) ?? '', progress: progressOf(params, growth, own)};
  const newest = saved[0];
  if (growth === undefined || newest === undefined) return {kind: 'beginning'};
  switch (growth.wish(params)) {
    case 'beginning':
      return {kind: 'beginning'};
    case 'fork':
      return {kind: 'fork', from: newest.fingerprint, at: growth.standing(newest)};
    case 'exact':
      return furthest(params, growth, saved) ?? notExactly(params, growth, newest);
  }
}

function furthest(params: JsonObject, growth: Extension, saved: readonly SavedWork[]): Start | undefined {
  let best: {readonly work: SavedWork; readonly progress: number} | undefined;
  for (const work of saved) {
    const continuation = growth.from(params, work);
    if (continuation.kind === 'exactly' && continuation.progress > (best?.progress ?? 0))
      best = {work, progress: continuation.progress};
  }
  if (best === undefined) return undefined;
  const {work, progress} = best;
  return {kind: 'other_state', from: work.fingerprint, at: growth.standing(work), progress};
}

function progressOf(params: JsonObject, growth: Extension | undefined, own: SavedWork): number | null {
  const continuation = growth?.from(params, own);
  return continuation?.kind === 'exactly' ? continuation.progress : null;
}

function notExactly(params: JsonObject, growth: Extension, newest: SavedWork): Start {
  const continuation = growth.from(params, newest);
  if (continuation.kind === 'exactly') return {kind: 'beginning'}; // it has not come anywhere
  return {kind: 'other_length', because: continuation.because, at: growth.standing(newest)};
}
