import {Command, Option} from 'commander';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {NAME_HELP} from '../app/experiment.js';
import {withFirstPaces} from '../app/first-pace.js';
import {jobRequests} from '../app/job-requests.js';
import {forecastsFor, memoryProblems} from '../app/memory.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {placeWarnings} from '../app/place-warnings.js';
import {type PlannedPipeline, planPipeline} from '../app/plan-pipeline.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {planDocument} from '../render/plan-json.js';
import {planText} from '../render/plan-text.js';
import {fetchForecast} from '../run/fetch-forecast.js';
import {type CardName, cards} from '../run/forecast/cards.js';
import {effortsOf} from '../run/forecast/effort.js';
import {madeInExperiments} from '../run/forecast/experiments.js';
import {planRates} from '../run/forecast/rates.js';

interface PlanOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly name?: string;
  readonly only: readonly string[];
  readonly card?: CardName;
}

export function planCommand(terminal: Terminal): Command {
  return new Command('plan')
    .description('What `run` would do, in order, and why. Nothing runs.')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--name <experiment>', NAME_HELP)
    .option('--only <stage>', 'this stage and what it needs (repeatable)', collect, [])
    .addOption(
      new Option('--card <card>', 'memory as if this card were here, whatever this machine has').choices(
        Object.keys(cards),
      ),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: PlanOptions) =>
      terminal.leave(await plan(terminal, file, options)),
    );
}

async function plan(terminal: Terminal, file: string, options: PlanOptions): Promise<ExitCode> {
  const wishes = {...noWishes, only: options.only};
  const planned = await planPipeline(terminal, {
    file,
    overrides: options.set,
    name: options.name,
    wishes,
    looks_ahead: true,
  });
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  return showPlan(terminal, planned.value, options);
}

/** Prints a plan with what its stages will take; stages that cannot fit are among its problems, which end it with 2. */
export async function showPlan(
  terminal: Terminal,
  planned: PlannedPipeline,
  options: AnswerOptions & Pick<PlanOptions, 'card'>,
): Promise<ExitCode> {
  warn(terminal, options, [...planned.warnings, ...(await placeWarnings(planned))]);
  const [forecasts, rates] = await Promise.all([forecastsFor(planned, options.card), planRates(planned)]);
  const elsewhere = await madeInExperiments(planned.runContext.project, planned.pipeline);
  const seen = effortsOf(planned.plan, planned.observation.world, elsewhere);
  const efforts = await withFirstPaces(planned, seen);
  const problems = [...planned.plan.problems, ...memoryProblems(planned.plan, forecasts)];
  const plan = {...planned.plan, problems};
  const jobs = jobRequests(planned.plan, forecasts);
  const fetch = await fetchForecast(planned.plan, planned.observation);
  answer(terminal, options, {
    kind: 'plan',
    document: () => planDocument(plan, {memory: forecasts, efforts, jobs, fetch}),
    text: (colours) => planText(plan, colours, {memory: forecasts, efforts, rates, jobs, fetch}),
  });
  return problems.length > 0 ? 2 : 0;
}

const EXAMPLES = `
Examples:
  $ sidestep plan
  $ sidestep plan my.yaml --set train.adapter.rank=128
  $ sidestep plan --json | jq '.stages[] | select(.verdict.kind == "stale") | .stage'`;
