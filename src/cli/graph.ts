import {Command, Option} from 'commander';
import {type AnswerOptions, answer, refuse, warn} from '../app/answer.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {planPipeline} from '../app/plan-pipeline.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {unreachable} from '../base/unreachable.js';
import type {Plan} from '../plan/plan.js';
import {graphDrawing} from '../render/graph-drawing.js';
import {dotText, mermaidText} from '../render/graph-text.js';
import type {Palette} from '../render/palette.js';
import {graphDocument} from '../render/plan-json.js';

const forms = ['drawing', 'mermaid', 'dot'] as const;
type Form = (typeof forms)[number];

interface GraphOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly as: Form;
}

export function graphCommand(terminal: Terminal): Command {
  return new Command('graph')
    .description(
      'The stages and what feeds what: drawn for the terminal, or as text for Mermaid or Graphviz.',
    )
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .addOption(new Option('--as <form>', 'what to print').choices([...forms]).default('drawing'))
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: GraphOptions) =>
      terminal.leave(await graph(terminal, file, options)),
    );
}

async function graph(terminal: Terminal, file: string, options: GraphOptions): Promise<ExitCode> {
  const planned = await planPipeline(terminal, {file, overrides: options.set, wishes: noWishes});
  if (!planned.ok) return refuse(terminal, options, planned.problems);
  const {plan, warnings} = planned.value;
  warn(terminal, options, warnings);
  answer(terminal, options, {
    kind: 'graph',
    document: () => graphDocument(plan),
    text: (colours) => drawn(plan, options.as, colours),
  });
  return 0;
}

function drawn(plan: Plan, form: Form, colours: Palette): string {
  switch (form) {
    case 'drawing':
      return graphDrawing(plan, colours);
    case 'mermaid':
      return mermaidText(plan);
    case 'dot':
      return dotText(plan);
    default:
      return unreachable(form);
  }
}

const EXAMPLES = `
Examples:
  $ sidestep graph
  $ sidestep graph --as mermaid > pipeline.mmd
  $ sidestep graph --as dot | dot -Tsvg > pipeline.svg`;
