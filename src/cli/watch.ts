import {dirname, join, resolve} from 'node:path';
import {Command} from 'commander';
import {carryOut} from '../app/carry-out.js';
import {NAME_HELP} from '../app/experiment.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {type PlannedPipeline, planPipeline} from '../app/plan-pipeline.js';
import {stopOnSignals} from '../app/signals.js';
import {noWishes} from '../app/stage-choice.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {SidestepError} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import {lockFilePath} from '../record/lock-file.js';
import {newsText} from '../render/watch-text.js';
import type {WatchedPlan} from '../watch/became-stale.js';
import {watchFiles} from '../watch/file-watch.js';
import {type WatchedAlways, type WatchNews, watchPipeline} from '../watch/watch.js';

interface WatchOptions {
  readonly set: readonly string[];
  readonly name?: string;
  readonly only: readonly string[];
  readonly plain?: boolean;
  readonly json?: boolean;
}

export function watchCommand(terminal: Terminal): Command {
  return new Command('watch')
    .description(
      'Run, and run again what an edit of the pipeline, a preset, the dataset or a song makes stale, until Ctrl-C.',
    )
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--name <experiment>', NAME_HELP)
    .option('--only <stage>', 'this stage and what it needs (repeatable)', collect, [])
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: WatchOptions) =>
      terminal.leave(await watch(terminal, file, options)),
    );
}

async function watch(terminal: Terminal, file: string, options: WatchOptions): Promise<ExitCode> {
  const signals = stopOnSignals();
  const report = (news: WatchNews): void => {
    if (options.json === true) terminal.stdout.write(`${JSON.stringify({at: terminal.now(), ...news})}\n`);
    else terminal.stderr.write(newsText(news, terminal.stderr.colours));
  };
  await watchPipeline<PlannedPipeline & WatchedPlan>(
    alwaysWatched(terminal, resolve(terminal.cwd, file)),
    {
      plan: () => planForWatch(terminal, file, options),
      carryOut: async (planned, stop, listener) =>
        (await carryOut(terminal, planned, {...options, stop, listener})).outcome,
      files: (events) => watchFiles({...events, now: terminal.now}),
      report,
      now: terminal.now,
    },
    signals.stop,
  ).finally(signals.release);
  return 130; // only Ctrl-C ends it
}

/** What every plan is made from, there or not yet. */
function alwaysWatched(terminal: Terminal, file: string): WatchedAlways {
  const user = userFolder(terminal.env);
  return {
    read: [file, join(user, 'settings.yaml'), join(user, 'presets'), join(dirname(file), 'presets')],
    written: [lockFilePath(file)],
  };
}

/** A file that is wrong, in whatever way, is news to show and not a reason to end. */
async function planForWatch(
  terminal: Terminal,
  file: string,
  options: WatchOptions,
): Promise<Result<PlannedPipeline & WatchedPlan>> {
  try {
    const wishes = {...noWishes, only: options.only};
    const planned = await planPipeline(terminal, {file, overrides: options.set, name: options.name, wishes});
    if (!planned.ok) return planned;
    const {observation, pipeline} = planned.value;
    return ok({...planned.value, world: observation.world, sources: pipeline.sources});
  } catch (error) {
    if (error instanceof SidestepError) return {ok: false, problems: [error.problem]};
    throw error;
  }
}

const EXAMPLES = `
Examples:
  $ sidestep watch
  $ sidestep watch my.yaml --only latents
  $ sidestep watch --json | jq -c 'select(.kind == "watch_reacted")'`;
