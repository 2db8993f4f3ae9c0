import {Command} from 'commander';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {NAME_HELP} from '../app/experiment.js';
import {frozenProblems} from '../app/frozen.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {placeWarnings} from '../app/place-warnings.js';
import {planPipeline} from '../app/plan-pipeline.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import type {Problem} from '../base/problem.js';
import {runsDirOf} from '../history/recorded-run.js';
import {runningRuns} from '../history/running-runs.js';
import {readEvents} from '../record/run-record.js';
import type {Palette} from '../render/palette.js';
import {planDocument} from '../render/plan-json.js';
import {isUpToDate, statusText} from '../render/plan-text.js';
import {problemText} from '../render/problem-text.js';
import {jobsAtWork, runningText} from '../render/runs-text.js';
import {fetchForecast} from '../run/fetch-forecast.js';

interface StatusOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly name?: string;
  readonly check?: boolean;
}

export function statusCommand(terminal: Terminal): Command {
  return new Command('status')
    .description('What is not up to date, and why.')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--name <experiment>', NAME_HELP)
    .option(
      '--check',
      'exit with 3 unless everything is up to date and as the lock file says, with 2 where a stage cannot run (without it always with 0)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: StatusOptions) =>
      terminal.leave(await status(terminal, file, options)),
    );
}

async function status(terminal: Terminal, file: string, options: StatusOptions): Promise<ExitCode> {
  const planned = await planPipeline(terminal, {
    file,
    overrides: options.set,
    name: options.name,
    wishes: noWishes,
  });
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const {plan, warnings} = planned.value;
  warn(terminal, options, [...warnings, ...(await placeWarnings(planned.value))]);
  // What a frozen run would refuse is not up to date, whatever the cache holds.
  const differences = options.check === true ? frozenProblems(planned.value) : [];
  const runsDir = runsDirOf(terminal, file);
  const running = await Promise.all(
    (await runningRuns(terminal, runsDir, planned.value.pipeline.file)).map(async (each) => ({
      ...each,
      jobs: jobsAtWork(await readEvents(runsDir, each.run)),
    })),
  );
  const fetch = await fetchForecast(plan, planned.value.observation);
  answer(terminal, options, {
    kind: 'status',
    document: () => ({...planDocument(plan, {fetch}), lock_differences: differences, running}),
    text: (colours) =>
      `${statusText(plan, colours, fetch)}${differencesText(differences, colours)}${runningText(running, colours)}`,
  });
  if (options.check !== true) return 0;
  if (plan.problems.length > 0) return 2; // as `plan` says: no run would fix it
  return !isUpToDate(plan) || differences.length > 0 ? 3 : 0;
}

function differencesText(differences: readonly Problem[], colours: Palette): string {
  if (differences.length === 0) return '';
  const lines = differences.map((problem) => `${problemText(problem, colours, 'warning')}\n`);
  return `${colours.bold('The lock file says otherwise:')}\n${lines.join('')}`;
}

const EXAMPLES = `
Examples:
  $ sidestep status
  $ sidestep status --check || sidestep run`;
