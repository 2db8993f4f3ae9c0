import {Command} from 'commander';
import {type AnswerOptions, refuse} from '../app/answer.js';
import {lookingStages, runExitCode} from '../app/frozen.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {openScreen} from '../app/screen.js';
import {type ExitCode, forReading, type Terminal} from '../app/terminal.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Owner} from '../cache/owner.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import type {RunEvent} from '../event/event.js';
import {openRun, type RecordedRun, runsDirOf} from '../history/recorded-run.js';
import {runningRuns} from '../history/running-runs.js';
import {type FollowEnd, followRun} from '../run/control/follow.js';
import {lastRunnerOf, runnerOf} from '../run/control/runner.js';
import {requestStop} from '../run/control/stop-request.js';
import type {StopHow} from '../run/stop.js';
import {type Keyboard, takeKeys} from './keyboard.js';

type RunFinished = Extract<RunEvent, {kind: 'run_finished'}>;

interface AttachOptions extends AnswerOptions {
  readonly stop?: boolean;
  readonly stopNow?: boolean;
  readonly plain?: boolean;
}

export function attachCommand(terminal: Terminal): Command {
  return new Command('attach')
    .description(
      'Follow a running run in this terminal until it ends. `s` asks it to stop after the step in hand, `s` again at once; Ctrl-C or `q` leaves it running.',
    )
    .argument(
      '[run]',
      'id or its beginning, experiment, `last`, or a pipeline file (default: the one that is running)',
    )
    .option('--stop', 'ask it to stop after the step in hand, and see it end')
    .option('--stop-now', 'ask it to stop at once; what was not saved is computed again')
    .option('--plain', 'lines in place of a live list, as in CI')
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: AttachOptions) =>
      terminal.leave(await attach(terminal, name, options)),
    );
}

async function attach(
  terminal: Terminal,
  name: string | undefined,
  options: AttachOptions,
): Promise<ExitCode> {
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return refuse(terminal, options, settings.problems);
  const run = await runningRun(terminal, name);
  if (!run.ok) return refuse(terminal, options, run.problems);
  const {dir} = run.value;
  const how = wantedStop(options);
  if (how !== undefined) await requestStop(dir, how, terminal.now());
  const leave = new AbortController();
  let asked = how;
  let refused: unknown;
  const keyboard = takeKeys({
    stop: () => {
      asked = asked === undefined ? 'graceful' : 'force';
      requestStop(dir, asked, terminal.now()).catch((error: unknown) => {
        refused = error; // a record of somebody else's
        leave.abort();
      });
    },
    leave: () => leave.abort(),
  });
  if (options.json !== true)
    terminal.stderr.write(forReading(terminal.stderr, headText(run.value, keyboard)));
  const screen = await openScreen(terminal, {
    ...options,
    expects: 'work',
    again: keyboard.kind === 'keys' ? 's' : undefined,
    settings: settings.value.values,
  });
  let looks = new Set<string>();
  let ended: RunFinished | undefined;
  const end = await followRun(dir, {
    listener: (event) => {
      if (event.kind === 'run_started') looks = lookingStages(event.stages);
      if (event.kind === 'run_finished') ended = event;
      screen.show(event, event.at);
    },
    signal: leave.signal,
    now: terminal.now,
  });
  await screen.close();
  keyboard.release();
  if (refused !== undefined) throw refused;
  if (options.json !== true) terminal.stderr.write(forReading(terminal.stderr, endText(end, run.value)));
  return how === undefined ? exitCodeOf(end, ended, looks) : 0;
}

function wantedStop({stop, stopNow}: AttachOptions): StopHow | undefined {
  if (stopNow === true) return 'force';
  return stop === true ? 'graceful' : undefined;
}

interface Followed {
  readonly run: string;
  readonly dir: string;
  readonly runner: Owner;
}

/** The named run, or the newest of those that run here. Problems: `usage/not-running`, and those of the name. */
async function runningRun(terminal: Terminal, name: string | undefined): Promise<Result<Followed>> {
  const named = name ?? (await runningRuns(terminal, runsDirOf(terminal, DEFAULT_PIPELINE))).at(-1)?.run;
  if (named === undefined) return failure(nothingRuns);
  const opened = await openRun(terminal, named, undefined);
  if (!opened.ok) return opened;
  const {run, dir, outcome} = opened.value;
  const runner = outcome === 'running' ? runnerOf(dir, terminal.now()) : undefined;
  return runner === undefined ? failure(notRunning(opened.value)) : ok({run, dir, runner});
}

const nothingRuns: Problem = {
  code: 'usage/not-running',
  message: 'No run is going on in this project',
  hint: '`sidestep runs` lists those that ended; `sidestep logs` shows what the last one said.',
};

function notRunning({run, outcome}: RecordedRun): Problem {
  return {
    code: 'usage/not-running',
    message: `Run ${run} is not going on: ${outcome === 'running' ? 'it has just ended' : outcome}`,
    hint: `\`sidestep logs --run ${run}\` shows what it said, \`sidestep report ${run}\` what came of it.`,
  };
}

function headText({run, runner}: Followed, {kind}: Keyboard): string {
  const keys = kind === 'keys' ? '; s stops it after this step, Ctrl-C leaves it running' : '';
  return `following run ${run} of process ${runner.pid} on ${runner.host}${keys}\n`;
}

function endText(end: FollowEnd, {run, dir, runner}: Followed): string {
  switch (end) {
    case 'finished':
      return '';
    case 'killed': {
      const {pid, host} = lastRunnerOf(dir) ?? runner;
      return `run ${run} was killed: process ${pid} on ${host} is gone and left no word. The same command continues from what it saved.\n`;
    }
    case 'left':
      return `left; run ${run} goes on in process ${runner.pid} on ${runner.host}. \`sidestep attach ${run}\` shows it again, with --stop it ends.\n`;
  }
}

/** The run's own, as if it had been started here. */
function exitCodeOf(end: FollowEnd, ended: RunFinished | undefined, looks: ReadonlySet<string>): ExitCode {
  if (end === 'left') return 0;
  return ended === undefined ? 1 : runExitCode(ended.outcome, ended.results, looks);
}

const EXAMPLES = `
Examples:
  $ sidestep attach                    the run that is going on in this project
  $ sidestep attach --stop             as if Ctrl-C had been pressed there
  $ sidestep attach lr=3e-4 --plain
  $ sidestep attach --json | jq -c 'select(.kind == "epoch_finished")'

Exit code: the run's own; 0 after leaving it, and with --stop.`;
