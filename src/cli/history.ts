import {dirname, join, resolve} from 'node:path';
import {Command, InvalidArgumentError} from 'commander';
import {listRuns, readEvents} from '../record/run-record.js';
import {historyTable, pastRun} from '../render/history-text.js';
import {type AnswerOptions, answer} from './answer.js';
import {DEFAULT_PIPELINE} from './pipeline-options.js';
import type {ExitCode, World} from './world.js';

interface HistoryOptions extends AnswerOptions {
  readonly last: number;
}

export function historyCommand(world: World): Command {
  return new Command('history')
    .description(
      'The runs recorded here, newest last: what ran, how it ended, the last loss, where the record lies.',
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
  const ids = (await listRuns(dir)).slice(-options.last);
  const runs = await Promise.all(
    ids.map(async (id) => pastRun(id, join(dir, id), await readEvents(dir, id))),
  );
  answer(world, options, {
    kind: 'history',
    document: () => ({runs}),
    text: (colours) => historyTable(runs, colours),
  });
  return 0;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}

const EXAMPLES = `
Examples:
  $ sidestep history
  $ sidestep history --last 5
  $ sidestep history --json | jq '.runs[] | select(.outcome == "failed") | .dir'`;
