import {relative} from 'node:path';
import {Command} from 'commander';
import {loadPipeline} from '../config/load.js';
import {orderStages} from '../plan/dag.js';
import {countText} from '../render/quantity.js';
import {type AnswerOptions, answer, refuse} from './answer.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from './pipeline-options.js';
import type {ExitCode, World} from './world.js';

interface ValidateOptions extends AnswerOptions {
  readonly set: readonly string[];
}

export function validateCommand(world: World): Command {
  return new Command('validate')
    .description(
      'Check pipeline files, with their presets and your settings; every problem at once, and nothing runs.',
    )
    .argument('[pipelines...]', 'YAML files', [DEFAULT_PIPELINE])
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], options: ValidateOptions) =>
      world.leave(await validate(world, files, options)),
    );
}

async function validate(world: World, files: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const checked = await Promise.all(files.map((file) => check(world, file, options)));
  const problems = checked.flatMap((each) => each.problems);
  if (problems.length > 0) return refuse(world, options, problems);
  answer(world, options, {
    kind: 'validate',
    document: () => ({pipelines: checked.map(({file, name, stages}) => ({file, name, stages}))}),
    text: (colours) =>
      checked
        .map(({file, stages}) => `${colours.green('✔')} ${file}: ${countText(stages, 'stage')}\n`)
        .join(''),
  });
  return 0;
}

async function check(world: World, file: string, options: ValidateOptions) {
  const pipeline = await loadPipeline(file, {overrides: options.set, env: world.env});
  if (!pipeline.ok) return {file, name: '', stages: 0, problems: pipeline.problems};
  const order = orderStages(pipeline.value.stages);
  return {
    file: relative(world.cwd, pipeline.value.file) || file,
    name: pipeline.value.name,
    stages: pipeline.value.stages.length,
    problems: order.ok ? [] : order.problems,
  };
}

const EXAMPLES = `
Examples:
  $ sidestep validate
  $ sidestep validate pipelines/*.yaml
  $ sidestep validate my.yaml --set train.adapter.rank=128`;
