import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {makeFolder} from '../base/make-folder.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import type {ObjectRef} from '../cache/entry.js';
import {objectPath} from '../cache/layout.js';
import {clearLeftovers, ownedTemporaryName} from '../cache/leftovers.js';
import type {RunEvent} from '../event/event.js';
import {eventFileBytes, eventFileName, isEventFile} from '../format/tensorboard.js';
import {type Metric, summariesOf} from '../format/training-metrics.js';
import type {PlannedStage} from '../plan/plan.js';

export interface Boards {
  readonly cache: Cache;
  readonly emit: (event: RunEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * TensorBoard files belong to the run that measured, not to the result. Where a training comes from the cache and its folder holds
 * none, they are written from the result's own numbers, all with the present time: steps are what counts in them.
 */
export async function writeMissingBoards(stages: Iterable<PlannedStage>, boards: Boards): Promise<void> {
  for (const stage of stages) {
    const folder =
      stage.verdict.kind === 'cached' ? stage.type.board?.folder(stage.configured.params) : undefined;
    if (folder === undefined || namesIn(folder).some(isEventFile)) continue;
    const numbers = numbersOf(stage, boards.cache);
    if (numbers === undefined) continue;
    await writeBoard(folder, numbers, boards);
    boards.emit({kind: 'board_opened', stage: stage.id, path: folder});
  }
}

function numbersOf({type, fingerprint}: PlannedStage, cache: Cache): ObjectRef | undefined {
  const state = fingerprint === undefined ? undefined : lookUp(cache, fingerprint);
  const output = state?.kind === 'present' ? state.entry.outputs[type.board!.output] : undefined;
  return output?.kind === 'tree' ? output.files.find(({path}) => path === type.board!.file) : undefined;
}

async function writeBoard(folder: string, {hash}: ObjectRef, {cache, now}: Boards): Promise<void> {
  const text = await readFile(objectPath(cache.root, hash), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  const summaries = lines.flatMap((line) => summariesOf(JSON.parse(line) as Metric));
  const started_at = now() / 1000;
  const path = join(folder, eventFileName({started_at, host: hostname(), pid: process.pid}, 0));
  await makeFolder(folder);
  await clearLeftovers(cache, [path]);
  await writeDurably(
    path,
    eventFileBytes(started_at, summaries),
    cache.fault,
    ownedTemporaryName(cache, path),
  );
}
