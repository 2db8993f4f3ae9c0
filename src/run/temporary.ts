import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {tryClaim} from '../cache/claim.js';
import {lookUp} from '../cache/entries.js';
import {notWritable, prepareCache} from '../cache/open.js';
import {showLife} from '../cache/owner.js';
import {type FinishedTemporary, type Root, rootOf} from '../cache/roots.js';
import {removeTemporary, type TemporaryRemoval} from '../cache/temporary.js';
import type {Pipeline} from '../config/pipeline.js';
import type {RunEvent} from '../event/event.js';
import {doneWith, type Reading} from '../plan/temporary.js';
import type {StageType} from '../stage/stage-type.js';
import type {Execution} from './execution.js';
import {STORE_CLAIM} from './hold-cache.js';

/**
 * The temporary outputs that this pipeline has done with: all that reads them in its file is done, in this run. Of stages that were not
 * chosen this time what was known before holds.
 */
export function finishedTemporaries(
  pipeline: Pipeline,
  {stages, results}: Execution,
  {types, before}: {readonly types: ReadonlyMap<string, StageType>; readonly before: Root | undefined},
): FinishedTemporary[] {
  if (pipeline.stages.every(({temporary}) => temporary === undefined)) return [];
  const readings = pipeline.stages.flatMap((configured): Reading[] => {
    const type = types.get(configured.uses);
    return type === undefined ? [] : [{configured, type}];
  });
  const kinds = new Map(results.map(({stage, kind}) => [stage, kind]));
  const how = (id: StageId) => {
    const kind = kinds.get(id);
    const when = pipeline.stages.find((each) => each.id === id)?.when.kind;
    if (kind === 'skipped' || (kind === undefined && when === 'skip')) return 'skipped';
    return kind === 'cached' || kind === 'succeeded' ? 'done' : 'open';
  };
  const now = readings.flatMap((reading): FinishedTemporary[] => {
    const fingerprint = stages.get(reading.configured.id)?.fingerprint;
    const outputs = fingerprint === undefined ? [] : doneWith(reading, readings, how);
    return fingerprint === undefined || outputs.length === 0 ? [] : [{fingerprint, outputs}];
  });
  const chosen = new Set([...stages.values()].map(({fingerprint}) => fingerprint));
  return [...(before?.temporary ?? []).filter(({fingerprint}) => !chosen.has(fingerprint)), ...now];
}

export interface Clearing {
  readonly cache: Cache;
  readonly lock_file: string;
  readonly emit: (event: RunEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Removes temporary outputs after a run, where no one else uses the cache at this moment: else it is put off, and the next run or
 * `cache gc` does it. The cache must not be held.
 */
export async function clearTemporaries(
  {stages}: Execution,
  {cache, lock_file, emit, now}: Clearing,
): Promise<void> {
  if ([...stages.values()].every(({configured}) => configured.temporary === undefined)) return;
  const finished = new Set(rootOf(cache, lock_file)?.temporary?.map(({fingerprint}) => fingerprint));
  const own = [...stages.values()].filter(
    ({fingerprint}) =>
      fingerprint !== undefined && finished.has(fingerprint) && lookUp(cache, fingerprint).kind === 'present',
  );
  if (own.length === 0) return;
  const removal = await withTheStore(cache, () => removeTemporary(cache, now()));
  if (removal === 'in_use') {
    emit({
      kind: 'temporary_removed',
      outcome: 'put_off',
      stages: own.map(({id}) => id),
      objects: 0,
      bytes: 0,
    });
    return;
  }
  if (removal.objects.length === 0) return;
  const gone = new Set(removal.entries.map(({fingerprint}) => fingerprint));
  emit({
    kind: 'temporary_removed',
    outcome: 'removed',
    stages: own.filter(({fingerprint}) => gone.has(fingerprint!)).map(({id}) => id),
    objects: removal.objects.length,
    bytes: removal.objects.reduce((sum, {size}) => sum + size, 0),
  });
}

async function withTheStore(
  cache: Cache,
  work: () => Promise<TemporaryRemoval>,
): Promise<TemporaryRemoval | 'in_use'> {
  await prepareCache(cache);
  const endLife = await showLife(cache.root, cache.owner).catch((error: unknown) => {
    throw notWritable(cache.root, error);
  });
  try {
    const attempt = await tryClaim(cache, STORE_CLAIM);
    if (attempt.kind === 'taken') return 'in_use';
    try {
      return await work();
    } finally {
      await attempt.claim.release();
    }
  } finally {
    await endLife();
  }
}
