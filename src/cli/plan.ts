import {Command} from 'commander';
import {planDocument} from '../render/plan-json.js';
import {planText} from '../render/plan-text.js';
import {type AnswerOptions, answer, refuse} from './answer.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from './pipeline-options.js';
import {planPipeline} from './plan-pipeline.js';
import {noWishes} from './stage-choice.js';
import type {ExitCode, World} from './world.js';

interface PlanOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly only: readonly string[];
}

export function planCommand(world: World): Command {
  return new Command('plan')
    .description('What `run` would do, in order, and why. Nothing runs.')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--only <stage>', 'this stage and what it needs (repeatable)', collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: PlanOptions) => world.leave(await plan(world, file, options)));
}

async function plan(world: World, file: string, options: PlanOptions): Promise<ExitCode> {
  const wishes = {...noWishes, only: options.only};
  const planned = await planPipeline(world, {file, overrides: options.set, wishes});
  if (!planned.ok) return refuse(world, options, planned.problems);
  answer(world, options, {
    kind: 'plan',
    document: () => planDocument(planned.value.plan),
    text: (colours) => planText(planned.value.plan, colours),
  });
  return 0;
}

const EXAMPLES = `
Examples:
  $ sidestep plan
  $ sidestep plan my.yaml --set train.adapter.rank=128
  $ sidestep plan --json | jq '.stages[] | select(.verdict.kind == "stale") | .stage'`;
