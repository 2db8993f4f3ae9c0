import {existsSync} from 'node:fs';
import {Command} from 'commander';
import {readAdapter} from '../adapter/read.js';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import type {Json} from '../base/json.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {absolutePath} from '../config/user/settings.js';
import {readUserJson} from '../format/user-json.js';
import {compareAdapters, compareEstimates, compareSettings} from '../history/comparison.js';
import {openRun} from '../history/recorded-run.js';
import {trainingFacts} from '../history/training-facts.js';
import {adapterComparison, estimateComparison, runComparison} from '../render/compare-text.js';
import {type ModuleSelection, readModuleSelection} from '../stage/module-selection.js';

interface CompareOptions extends AnswerOptions {
  readonly pipeline?: string;
}

export function compareCommand(terminal: Terminal): Command {
  return new Command('compare')
    .description(
      "Two adapters (how their weight changes differ), two runs (settings that differ, losses, results) or two results of estimates, Side-Step's too (which modules and ranks differ).",
    )
    .argument(
      '<a>',
      'an adapter folder or file, an estimate.json, or a run: its id, an experiment, `last`, `last~1`, a pipeline file',
    )
    .argument('<b>', 'another of the same kind')
    .option('--pipeline <file>', 'count only runs of this pipeline (default: all of the project)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (a: string, b: string, options: CompareOptions) =>
      terminal.leave(await compare(terminal, [a, b], options)),
    );
}

type Kind = 'adapter' | 'estimate' | 'run';

async function compare(
  terminal: Terminal,
  names: readonly [string, string],
  options: CompareOptions,
): Promise<ExitCode> {
  const [first, second] = names.map((name) => kindOf(terminal, name)) as [Kind, Kind];
  if (first !== second) return refuse(terminal, options, [differentKinds(names, [first, second])]);
  switch (first) {
    case 'adapter':
      return adapters(terminal, names, options);
    case 'estimate':
      return estimates(terminal, names, options);
    case 'run':
      return runs(terminal, names, options);
  }
}

/** What exists and is no run record is an adapter; JSON files are estimates; anything else is the name of a run. */
function kindOf(terminal: Terminal, name: string): Kind {
  const path = absolutePath(name, terminal.cwd);
  if (name.endsWith('.json')) return 'estimate';
  if (/\.ya?ml$/.test(name) || existsSync(`${path}/events.jsonl`)) return 'run';
  return existsSync(path) || /[/\\]|\.safetensors$/.test(name) ? 'adapter' : 'run';
}

async function adapters(
  terminal: Terminal,
  names: readonly [string, string],
  options: CompareOptions,
): Promise<ExitCode> {
  const [a, b] = await Promise.all(names.map((name) => readAdapter(absolutePath(name, terminal.cwd))));
  const compared = {a: names[0], b: names[1], ...compareAdapters(a!, b!)};
  answer(terminal, options, {
    kind: 'adapter-comparison',
    document: () => compared,
    text: (colours) => adapterComparison(compared, colours),
  });
  return 0;
}

async function estimates(
  terminal: Terminal,
  names: readonly [string, string],
  options: CompareOptions,
): Promise<ExitCode> {
  const [a, b] = await Promise.all(names.map((name) => readEstimate(absolutePath(name, terminal.cwd))));
  if (!a!.ok || !b!.ok)
    return refuse(
      terminal,
      options,
      [a!, b!].flatMap((each) => (each.ok ? [] : each.problems)),
    );
  const compared = {a: names[0], b: names[1], ...compareEstimates(a!.value, b!.value)};
  answer(terminal, options, {
    kind: 'estimate-comparison',
    document: () => compared,
    text: (colours) => estimateComparison(compared, colours),
  });
  return 0;
}

async function runs(
  terminal: Terminal,
  names: readonly [string, string],
  options: CompareOptions,
): Promise<ExitCode> {
  const [a, b] = await Promise.all(names.map((name) => openRun(terminal, name, options.pipeline)));
  if (!a!.ok || !b!.ok)
    return refuse(
      terminal,
      options,
      [a!, b!].flatMap((each) => (each.ok ? [] : each.problems)),
    );
  const sides = await Promise.all(
    [a!.value, b!.value].map(async (run) => ({
      run: run.run,
      pipeline: run.pipeline,
      experiment: run.experiment?.name ?? null,
      outcome: run.outcome,
      training: await trainingFacts(run),
    })),
  );
  const compared = {a: sides[0]!, b: sides[1]!, settings: compareSettings(a!.value, b!.value)};
  answer(terminal, options, {
    kind: 'run-comparison',
    document: () => compared,
    text: (colours) => runComparison(compared, colours),
  });
  return 0;
}

async function readEstimate(path: string): Promise<Result<ModuleSelection>> {
  let value: Json;
  try {
    value = await readUserJson(path);
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
  const read = readModuleSelection(value);
  if (read !== undefined) return ok(read);
  return failure({
    code: 'usage/not-an-estimate',
    message: `${path} selects no modules: it is no estimate.json, no module configuration and no fisher_map.json`,
    hint: "An estimate stage leaves estimate.json: a list of modules with scores, and those selected. Side-Step's files are read too.",
  });
}

function differentKinds(names: readonly [string, string], kinds: readonly [Kind, Kind]): Problem {
  return {
    code: 'usage/different-kinds',
    message: `${names[0]} is ${article(kinds[0])} but ${names[1]} is ${article(kinds[1])}`,
    hint: 'Two of one kind can be compared. Files and folders must exist; anything else is taken for the name of a run.',
  };
}

function article(kind: Kind): string {
  return kind === 'run' ? 'a run' : `an ${kind}`;
}

const EXAMPLES = `
Examples:
  $ sidestep compare last~1 last
  $ sidestep compare output/rank8/peft output/rank64/peft
  $ sidestep compare before/estimate.json after/estimate.json
  $ sidestep compare last~1 last --json | jq .settings`;
