import {resolve} from 'node:path';
import {Command, InvalidArgumentError, Option} from 'commander';
import {type AnswerOptions, answer} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {compareSettings} from '../history/comparison.js';
import {loadRun, type RecordedRun, readPast, runsDirOf} from '../history/recorded-run.js';
import {removeRuns} from '../history/remove-runs.js';
import {trainingFacts} from '../history/training-facts.js';
import {listRuns} from '../record/run-record.js';
import {type ListedRun, type PastRun, runsTable} from '../render/runs-text.js';

const SORTINGS = ['time', 'name', 'best_loss', 'final_loss', 'steps', 'duration'] as const;

interface RunsOptions extends AnswerOptions {
  readonly last: number;
  readonly sort: (typeof SORTINGS)[number];
}

export function runsCommand(terminal: Terminal): Command {
  return named('runs', terminal);
}

/** The name it had first. */
export function historyCommand(terminal: Terminal): Command {
  return named('history', terminal);
}

function named(name: string, terminal: Terminal): Command {
  return new Command(name)
    .description(
      'The runs and experiments of this project, newest last: how each ended, steps, best loss and its epoch, final loss, what was set otherwise than in the file, where the adapter is.',
    )
    .argument('[pipeline]', 'only runs of this YAML file')
    .option('--last <number>', 'how many', count, 20)
    .addOption(new Option('--sort <by>', 'what comes last').choices(SORTINGS).default('time'))
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES.replaceAll('sidestep runs', `sidestep ${name}`))
    .action(async (file: string | undefined, options: RunsOptions) =>
      terminal.leave(await runs(terminal, file, options)),
    )
    .addCommand(removeCommand(terminal));
}

function removeCommand(terminal: Terminal): Command {
  return new Command('rm')
    .description(
      'Delete experiments by name (records, lock file, published files that no one edited), or single runs by id.',
    )
    .argument('<names...>', 'names of experiments or ids of runs')
    .option('--dry-run', 'say what would go')
    .option('--json', 'print one JSON document')
    .action(async (names: readonly string[], options: AnswerOptions & {readonly dryRun?: boolean}) =>
      terminal.leave(await removeRuns(terminal, names, options)),
    );
}

async function runs(terminal: Terminal, file: string | undefined, options: RunsOptions): Promise<ExitCode> {
  const dir = runsDirOf(terminal, file ?? DEFAULT_PIPELINE);
  const told = await readRuns(terminal, dir, file === undefined ? undefined : resolve(terminal.cwd, file));
  const shown = sorted(told, options.sort).slice(-options.last);
  answer(terminal, options, {
    kind: 'runs',
    document: () => ({runs: shown}),
    text: (colours) => runsTable(shown, colours, terminal.now()),
  });
  return 0;
}

/** Every run recorded there, oldest first; with `file`, those of that pipeline. */
export async function readRuns(
  terminal: Terminal,
  dir: string,
  file: string | undefined,
): Promise<ListedRun[]> {
  const all = await Promise.all((await listRuns(dir)).map((id) => openPast(terminal, dir, id)));
  const wanted = file === undefined ? all : all.filter((past) => fileOf(past) === file);
  // All of one sort needs all of them; by time, the last ones and those before that they are compared with.
  return Promise.all(wanted.map((run, index) => listedRun(run, wanted.slice(0, index))));
}

interface Past {
  readonly row: PastRun;
  /** Undefined for a run that was killed before it wrote down what it was to do. */
  readonly recorded: RecordedRun | undefined;
}

function fileOf({recorded}: Past): string | undefined {
  return recorded?.file;
}

async function openPast(terminal: Terminal, dir: string, id: string): Promise<Past> {
  const loaded = await loadRun(terminal, dir, id);
  if (!loaded.ok) return {row: rowOf(await readPast(terminal, dir, id)), recorded: undefined};
  return {row: rowOf(loaded.value), recorded: loaded.value};
}

function rowOf(past: PastRun): PastRun {
  const {run, dir, pipeline, started_at, outcome, duration_ms, at_work, jobs, stages, last_loss} = past;
  return {run, dir, pipeline, started_at, outcome, duration_ms, at_work, jobs, stages, last_loss};
}

async function listedRun({row, recorded}: Past, earlier: readonly Past[]): Promise<ListedRun> {
  const nothing = {experiment: null, set: [], best_loss: null, best_at: null, final_loss: null, steps: null};
  if (recorded === undefined) return {...row, ...nothing, adapters: [], changed: []};
  const facts = await trainingFacts(recorded);
  const judged = facts.filter(({best_loss}) => best_loss !== null);
  const best = judged.toSorted((a, b) => a.best_loss! - b.best_loss!)[0];
  const steps = facts.flatMap((each) => each.steps ?? []);
  const {experiment} = recorded;
  const before = earlier.findLast(
    ({recorded: past}) => past?.file === recorded.file && past.experiment?.name === experiment?.name,
  )?.recorded;
  return {
    ...row,
    experiment: experiment?.name ?? null,
    set: experiment?.set ?? [],
    best_loss: best?.best_loss ?? null,
    best_at: best?.best_at ?? null,
    final_loss: facts.findLast(({final_loss}) => final_loss !== null)?.final_loss ?? null,
    steps: steps.length === 0 ? null : Math.max(...steps),
    adapters: facts.flatMap(({adapter}) => adapter ?? []),
    changed: before === undefined ? [] : compareSettings(before, recorded),
  };
}

/** Worst first, so that the best is at the end, next to the prompt; runs without the figure come before all. */
function sorted(told: readonly ListedRun[], by: RunsOptions['sort']): ListedRun[] {
  const falling = (value: number | null) => (value === null ? Number.NEGATIVE_INFINITY : -value);
  const rising = (value: number | null) => value ?? Number.NEGATIVE_INFINITY;
  switch (by) {
    case 'time':
      return [...told];
    case 'name':
      return told.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
    case 'best_loss':
      return told.toSorted((a, b) => falling(a.best_loss) - falling(b.best_loss) || 0);
    case 'final_loss':
      return told.toSorted((a, b) => falling(a.final_loss) - falling(b.final_loss) || 0);
    case 'steps':
      return told.toSorted((a, b) => rising(a.steps) - rising(b.steps) || 0);
    case 'duration':
      return told.toSorted((a, b) => rising(a.duration_ms) - rising(b.duration_ms) || 0);
  }
}

const nameOf = ({pipeline, experiment}: ListedRun): string => `${pipeline ?? ''} ${experiment ?? ''}`;

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}

const EXAMPLES = `
Examples:
  $ sidestep runs
  $ sidestep runs --sort best_loss --last 5
  $ sidestep runs rm epochs=20
  $ sidestep run --name epochs=20                 that experiment again
  $ sidestep compare epochs=20 last
  $ sidestep runs --json | jq '.runs[] | select(.outcome == "failed") | .dir'`;
