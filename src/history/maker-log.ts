import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {listRuns, logPathIn, readEvents} from '../record/run-record.js';
import type {RecordedRun, RecordedStage} from './recorded-run.js';

/** The log of a stage, and the run that wrote it. */
export interface StageLog {
  readonly path: string;
  readonly run: string;
}

/**
 * Where a stage's log is. What came from the cache said nothing in its own run: the newest earlier one in which a stage of that name
 * began to make the same thing has what it said, where that record is still there.
 */
export async function logOf({run, dir}: RecordedRun, stage: RecordedStage): Promise<StageLog> {
  const {id} = stage.configured;
  const own = {path: logPathIn(dir, id), run};
  if (stage.result?.kind !== 'cached' || existsSync(own.path)) return own;
  const runs = dirname(dir);
  for (const earlier of (await listRuns(runs)).toReversed()) {
    const path = logPathIn(join(runs, earlier), id);
    if (earlier < basename(dir) && existsSync(path) && (await madeIt(runs, earlier, stage)))
      return {path, run: earlier};
  }
  return own;
}

async function madeIt(runs: string, run: string, {configured, fingerprint}: RecordedStage): Promise<boolean> {
  return (await readEvents(runs, run)).some(
    (event) =>
      event.kind === 'stage_started' && event.stage === configured.id && event.fingerprint === fingerprint,
  );
}
