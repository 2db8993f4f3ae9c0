import {relative} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import type {Problem} from '../base/problem.js';
import {loadPipeline} from '../config/load.js';
import type {Pipeline} from '../config/pipeline.js';
import {type DagStage, orderStages} from '../plan/dag.js';
import {countText} from '../render/quantity.js';
import {visible} from '../render/visible.js';
import {hindrancesOf, refusedPlaces} from '../run/hindrances.js';
import {stageTypes} from '../stage/registry.js';

interface ValidateOptions extends AnswerOptions {
  readonly set: readonly string[];
}

export function validateCommand(terminal: Terminal): Command {
  return new Command('validate')
    .description(
      'Check pipeline files, with their presets and your settings; every problem at once, and nothing runs.',
    )
    .argument('[pipelines...]', 'YAML files', [DEFAULT_PIPELINE])
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], options: ValidateOptions) =>
      terminal.leave(await validate(terminal, files, options)),
    );
}

async function validate(
  terminal: Terminal,
  files: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const checked = await Promise.all(files.map((file) => checkPipeline(terminal, file, options.set)));
  const problems = checked.flatMap((each) => each.problems);
  if (problems.length > 0) return refuse(terminal, options, problems);
  answer(terminal, options, {
    kind: 'validate',
    document: () => ({
      pipelines: checked.map(({file, name, stages, warnings}) => ({file, name, stages, warnings})),
    }),
    text: (colours) =>
      checked
        .map(({file, stages}) => `${colours.green('✔')} ${visible(file)}: ${countText(stages, 'stage')}\n`)
        .join(''),
  });
  const warnings = checked.flatMap((each) => each.warnings);
  warn(terminal, options, warnings);
  return 0;
}

export interface CheckedPipeline {
  readonly file: string;
  readonly name: string;
  readonly stages: number;
  readonly problems: readonly Problem[];
  /** What is allowed but surely not meant. */
  readonly warnings: readonly Problem[];
}

/** One file with its presets and the user's settings; nothing runs. */
export async function checkPipeline(
  terminal: Terminal,
  file: string,
  overrides: readonly string[],
): Promise<CheckedPipeline> {
  const pipeline = await loadPipeline(file, {overrides, env: terminal.env});
  if (!pipeline.ok) return {file, name: '', stages: 0, problems: pipeline.problems, warnings: []};
  const order = orderStages(pipeline.value.stages);
  return {
    file: relative(terminal.cwd, pipeline.value.file) || file,
    name: pipeline.value.name,
    stages: pipeline.value.stages.length,
    problems: [],
    warnings: [
      ...pipeline.value.warnings,
      ...ineffectiveWarnings(pipeline.value),
      ...surroundingsWarnings(order, terminal),
    ],
  };
}

/** Of what is written for this pipeline itself; a preset or settings file speaks to many and may well say more. */
function ineffectiveWarnings({stages, file}: Pipeline): Problem[] {
  const warnings = stages.flatMap(({declared_as, ineffective}) =>
    ineffective
      .filter(({position}) => position.file === file || position.file === '--set')
      .map(({param, because, position}) => ({
        code: 'config/no-effect',
        message: `${param} of ${declared_as} has no effect: ${because}`,
        position,
      })),
  );
  const places = new Map(warnings.map((problem) => [JSON.stringify(problem), problem])); // a matrix says it once
  return [...places.values()];
}

/** The file is right, but could not run here and now; where it will run may have what is missing. */
function surroundingsWarnings(stages: readonly DagStage[], {env}: Terminal): Problem[] {
  const configured = stages.map((stage) => stage.configured);
  const first = new Set(
    stages
      .filter(({reads, waits_for}) => reads.length === 0 && waits_for.length === 0)
      .map((stage) => stage.configured.id),
  );
  const hindrances = [...hindrancesOf(configured, env)].filter(
    ([id, {lacks}]) => lacks === 'secret' || first.has(id), // what runs before may make the rest
  );
  const places = refusedPlaces(
    configured.filter(({when}) => when.kind === 'run'),
    stageTypes,
  );
  return [...hindrances.map(([, {problem}]) => problem), ...places];
}

const EXAMPLES = `
Examples:
  $ sidestep validate
  $ sidestep validate pipelines/*.yaml
  $ sidestep validate my.yaml --set train.adapter.rank=128`;
