import {join} from 'node:path';
import type {Terminal} from '../app/terminal.js';
import {listRuns} from '../record/run-record.js';
import type {RunningRun} from '../render/runs-text.js';
import {runnerOf} from '../run/control/runner.js';
import {readRecordedPipeline} from './recorded-run.js';

/** The runs that go on right now, newest last; with `file`, those of that pipeline. */
export async function runningRuns(
  {now}: Pick<Terminal, 'now'>,
  runsDir: string,
  file?: string,
): Promise<RunningRun[]> {
  const ids = await listRuns(runsDir);
  return ids.flatMap((run) => {
    const runner = runnerOf(join(runsDir, run), now());
    if (runner === undefined) return [];
    const pipeline = readRecordedPipeline(join(runsDir, run));
    if (file !== undefined && pipeline?.file !== file) return [];
    const {pid, host} = runner;
    return [{run, experiment: pipeline?.experiment?.name ?? null, pid, host}];
  });
}
