import {dirname, join, resolve} from 'node:path';
import {Command, InvalidArgumentError} from 'commander';
import {listRuns, readEvents} from '../record/run-record.js';
import {historyTable, type PastRun, pastRun, type ToldRun} from '../render/history-text.js';
import {type AnswerOptions, answer} from './answer.js';
import {compareSettings} from './comparison.js';
import {DEFAULT_PIPELINE} from './pipeline-options.js';
import {loadRun, type RecordedRun} from './recorded-run.js';
import {trainingFacts} from './training-facts.js';
import type {ExitCode, World} from './world.js';

interface HistoryOptions extends AnswerOptions {
  readonly last: number;
}

export function historyCommand(world: World): Command {
  return new Command('history')
    .description(
      'The runs recorded here, newest last: what ran, how it ended, the best loss, what was set differently, where the adapter lies.',
    )
    .argument('[pipeline]', 'YAML file; its folder has the records', DEFAULT_PIPELINE)
    .option('--last <number>', 'how many', count, 20)
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: HistoryOptions) =>
      world.leave(await history(world, file, options)),
    );
}

async function history(world: World, file: string, options: HistoryOptions): Promise<ExitCode> {
  const dir = join(dirname(resolve(world.cwd, file)), '.sidestep', 'runs');
  const ids = await listRuns(dir);
  // One more than is shown: the first of them, too, differs from the run before it.
  const opened = await Promise.all(ids.slice(-options.last - 1).map((id) => openPast(world, dir, id)));
  const told = await Promise.all(opened.map((run, index) => toldRun(run, opened.slice(0, index))));
  const runs = told.slice(-options.last);
  answer(world, options, {
    kind: 'history',
    document: () => ({runs}),
    text: (colours) => historyTable(runs, colours),
  });
  return 0;
}

interface Past {
  readonly row: PastRun;
  /** Undefined for a run that was killed before it wrote down what it was to do. */
  readonly recorded: RecordedRun | undefined;
}

async function openPast(world: World, dir: string, id: string): Promise<Past> {
  const loaded = await loadRun(world, dir, id);
  const recorded = loaded.ok ? loaded.value : undefined;
  const {
    run,
    dir: folder,
    pipeline,
    started_at,
    outcome,
    duration_ms,
    stages,
    last_loss,
  } = recorded ?? pastRun(id, join(dir, id), await readEvents(dir, id));
  return {row: {run, dir: folder, pipeline, started_at, outcome, duration_ms, stages, last_loss}, recorded};
}

async function toldRun({row, recorded}: Past, earlier: readonly Past[]): Promise<ToldRun> {
  if (recorded === undefined) return {...row, best_loss: null, adapters: [], changed: []};
  const facts = await trainingFacts(recorded);
  const losses = facts.flatMap(({best_loss}) => best_loss ?? []);
  const before = earlier.findLast((past) => past.recorded?.file === recorded.file)?.recorded;
  return {
    ...row,
    best_loss: losses.length === 0 ? null : Math.min(...losses),
    adapters: facts.flatMap(({adapter}) => adapter ?? []),
    changed: before === undefined ? [] : compareSettings(before, recorded),
  };
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}

const EXAMPLES = `
Examples:
  $ sidestep history
  $ sidestep history --last 5
  $ sidestep history --json | jq '.runs[] | select(.outcome == "failed") | .dir'
  $ sidestep history --json | jq '.runs | min_by(.best_loss // 1e9) | .adapters'`;
