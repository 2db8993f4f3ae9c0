import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {failure, ok, type Result} from '../base/result.js';
import {type DiffSide, openSide, openWorkingTree} from '../history/diff-side.js';
import {pipelineDifference} from '../plan/pipeline-difference.js';
import {diffMarkdown} from '../render/diff-markdown.js';
import {type DiffView, diffText} from '../render/diff-text.js';
import {stageTypes} from '../stage/registry.js';

interface DiffOptions extends AnswerOptions {
  readonly pipeline: string;
  readonly markdown?: boolean;
}

export function diffCommand(terminal: Terminal): Command {
  return new Command('diff')
    .description(
      'What changed between two states of a pipeline, each a run or a git revision: settings, files, results, what would run again, losses. Without the second: what is there now.',
    )
    .argument(
      '[a]',
      'a run (id, experiment, `last`, `last~1`) or a revision; A..B are two, A...B begins where they parted',
      'HEAD',
    )
    .argument('[b]', 'another of them, or the YAML file')
    .option('--pipeline <file>', 'the YAML file', DEFAULT_PIPELINE)
    .option('--markdown', 'print it as a comment for a pull request')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (a: string, b: string | undefined, options: DiffOptions) =>
      terminal.leave(await diff(terminal, [a, b], options)),
    );
}

async function diff(
  terminal: Terminal,
  words: readonly [string, string | undefined],
  options: DiffOptions,
): Promise<ExitCode> {
  const {a: first, b: second, pipeline} = sidesNamed(words, options.pipeline);
  const a = await openSide(terminal, first, pipeline);
  const b =
    second === undefined
      ? await openWorkingTree(terminal, pipeline)
      : await openSide(terminal, second, pipeline);
  const sides = both(a, b);
  if (!sides.ok) return refuse(terminal, options, sides.problems);
  const view = viewOf(...sides.value);
  answer(terminal, options, {
    kind: 'diff',
    document: () => view,
    text: (colours) => (options.markdown === true ? diffMarkdown(view, pipeline) : diffText(view, colours)),
  });
  return 0;
}

interface NamedSides {
  readonly a: string;
  /** Undefined: the files as they are. */
  readonly b: string | undefined;
  readonly pipeline: string;
}

/** Pure: `A..B`, `A...B` (from their common ancestor, as a pull request shows it), `A B`, `A FILE` and `FILE` alone. */
export function sidesNamed(
  [first, second]: readonly [string, string | undefined],
  pipeline: string,
): NamedSides {
  const isFile = (word: string | undefined) => word !== undefined && /\.ya?ml$/.test(word);
  if (second === undefined && isFile(first)) return {a: 'HEAD', b: undefined, pipeline: first};
  const file = isFile(second) ? second! : pipeline;
  const range = /^(.*?)(\.{2,3})(.*)$/.exec(first);
  if (range !== null) {
    const [left, right] = [range[1] || 'HEAD', range[3] || 'HEAD'];
    return {a: range[2] === '...' ? `${left}...${right}` : left, b: right, pipeline: file};
  }
  return {a: first, b: isFile(second) ? undefined : second, pipeline: file};
}

function both(a: Result<DiffSide>, b: Result<DiffSide>): Result<readonly [DiffSide, DiffSide]> {
  if (a.ok && b.ok) return ok([a.value, b.value]);
  return failure(...[a, b].flatMap((side) => (side.ok ? [] : side.problems)));
}

function viewOf(a: DiffSide, b: DiffSide): DiffView {
  const named = ({what, name, commit, run}: DiffSide) => ({what, name, commit, run});
  const lossesOf = ({training}: DiffSide, stage: string) => {
    const facts = training.find((each) => each.stage === stage);
    if (facts === undefined) return null;
    const {best_loss, best_by, final_loss, last_loss, steps} = facts;
    return {best_loss, best_by, last_loss: final_loss ?? last_loss, steps};
  };
  const stages = [...new Set([...a.training, ...b.training].map(({stage}) => stage))];
  return {
    a: named(a),
    b: named(b),
    ...pipelineDifference(a, b, stageTypes),
    losses: stages.map((stage) => ({stage, a: lossesOf(a, stage), b: lossesOf(b, stage)})),
  };
}

const EXAMPLES = `
Examples:
  $ sidestep diff                                 the last commit and what is there now
  $ sidestep diff main...HEAD my.yaml --markdown  for a pull request
  $ sidestep diff last~1 last
  $ sidestep diff last                            that run and what is there now
  $ sidestep diff main --json | jq '.again[].stage'`;
