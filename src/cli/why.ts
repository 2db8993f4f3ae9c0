import {Command} from 'commander';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {NAME_HELP} from '../app/experiment.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {planPipeline} from '../app/plan-pipeline.js';
import {chooseStages, noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {whyDocument} from '../render/plan-json.js';
import {whyText} from '../render/why-text.js';

interface WhyOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly name?: string;
}

export function whyCommand(terminal: Terminal): Command {
  return new Command('why')
    .description(
      'Why a stage must run or need not: which key or file changed, from what to what, where it is written, what it reaches.',
    )
    .argument('<stage>', 'id of a stage; with a matrix, the key stands for all instances')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--name <experiment>', NAME_HELP)
    .option('--json', 'print one JSON document for each instance')
    .addHelpText('after', EXAMPLES)
    .action(async (stage: string, file: string, options: WhyOptions) =>
      terminal.leave(await why(terminal, stage, file, options)),
    );
}

async function why(terminal: Terminal, stage: string, file: string, options: WhyOptions): Promise<ExitCode> {
  const planned = await planPipeline(terminal, {
    file,
    overrides: options.set,
    name: options.name,
    looks_ahead: true,
    wishes: noWishes,
  });
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const {plan, pipeline, warnings} = planned.value;
  const known = chooseStages(pipeline, {...noWishes, force: [stage]});
  if (!known.ok) return refuse(terminal, options, known.problems);
  warn(terminal, options, warnings);
  for (const found of plan.stages.filter(({id}) => known.value.forced.has(id))) {
    answer(terminal, options, {
      kind: 'why',
      document: () => whyDocument(found, plan),
      text: (colours) => whyText(found, plan, colours),
    });
  }
  return 0;
}

const EXAMPLES = `
Examples:
  $ sidestep why train
  $ sidestep why 'train[rank=8]' my.yaml
  $ sidestep why latents --set vars.songs=./more`;
