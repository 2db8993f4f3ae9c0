import {type Command, InvalidArgumentError} from 'commander';
import type {AnswerOptions} from './answer.js';
import {NAME_HELP} from './experiment.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from './pipeline-options.js';
import type {ChosenStages} from './stage-choice.js';

/** The options of `run` as commander hands them over. */
export interface RunCommandOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly name?: string;
  readonly only: readonly string[];
  readonly from: readonly string[];
  /** `true`: without a stage, so all of them. */
  readonly force?: true | readonly string[];
  readonly dryRun?: boolean;
  readonly frozen?: boolean;
  readonly jobs?: number;
  readonly keepGoing?: boolean;
  readonly overwrite?: readonly string[];
  readonly yes?: boolean;
  readonly plain?: boolean;
}

export function addRunOptions(command: Command): Command {
  return command
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--name <experiment>', NAME_HELP)
    .option('--only <stage>', 'this stage and what it needs (repeatable)', collect, [])
    .option('--from <stage>', 'run this stage and all that depends on it again (repeatable)', collect, [])
    .option('--force [stage]', 'run this stage again; without a name, all (repeatable)', collectForced)
    .option('--dry-run', 'print the plan and stop')
    .option('--frozen', 'refuse, with exit code 3, whatever differs from the lock file')
    .option('--jobs <number>', 'how many stages run at once', positiveInteger)
    .option('--keep-going', 'after a failure, still run what does not depend on it')
    .option(
      '--overwrite <stage>',
      'publish its result over a protected one (repeatable)',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('-y, --yes', 'do not ask before starting')
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print every event as a line of JSON');
}

export function wishesOf({only, from, force}: RunCommandOptions): ChosenStages {
  return {only, from, force: force === true ? 'all' : (force ?? [])};
}

function collectForced(value: string | undefined, before: true | readonly string[] | undefined) {
  if (value === undefined || before === true) return true;
  return [...(before ?? []), value];
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 to 9999.');
  return Number(text);
}

export const RUN_EXAMPLES = `
Examples:
  $ sidestep run                                   run ./pipeline.yaml
  $ sidestep run my.yaml --set train.epochs=200    an experiment: results in FOLDER@epochs=200, lock file untouched
  $ sidestep run my.yaml --name long               the experiment called long, again
  $ sidestep run --only train                      train and what it needs
  $ sidestep run --from latents                    latents and all that follows, again
  $ sidestep run --dry-run                         the same as \`sidestep plan\`
  $ sidestep run --frozen --plain                  in CI: nothing may differ from the lock file
  $ sidestep run --json > events.jsonl

Ctrl-C stops gracefully (training saves a checkpoint), a second one at once; the next run continues from there.`;
