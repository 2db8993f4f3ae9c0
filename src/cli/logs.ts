import {Command, InvalidArgumentError} from 'commander';
import {type AnswerOptions, refuse} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {didYouMean} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {pause} from '../base/timer.js';
import {logOf, type StageLog} from '../history/maker-log.js';
import {openRun, type RecordedRun, runsDirOf} from '../history/recorded-run.js';
import {runningRuns} from '../history/running-runs.js';
import {type LineReader, readNewLines} from '../record/new-lines.js';
import {filledEnd} from '../render/columns.js';
import {visible} from '../render/visible.js';
import {runnerOf} from '../run/control/runner.js';

interface LogsOptions extends AnswerOptions {
  readonly run?: string;
  readonly follow?: boolean;
  readonly lines?: number;
}

export function logsCommand(terminal: Terminal): Command {
  return new Command('logs')
    .description('What the stages of a run said: programs, the engine, stack traces. All stages, or one.')
    .argument('[stage]', 'only this stage')
    .option(
      '--run <run>',
      'id or its beginning, experiment, `last~1`, or a pipeline file (default: the one that is running, else the last)',
    )
    .option('-f, --follow', 'go on as lines come, until the run ends')
    .option('-n, --lines <number>', 'only the last so many lines of each stage to begin with', count)
    .option('--json', 'print every line as a JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (stage: string | undefined, options: LogsOptions) =>
      terminal.leave(await logs(terminal, stage, options)),
    );
}

async function logs(terminal: Terminal, stage: string | undefined, options: LogsOptions): Promise<ExitCode> {
  const running = (await runningRuns(terminal, runsDirOf(terminal, DEFAULT_PIPELINE))).at(-1)?.run;
  const opened = await openRun(terminal, options.run ?? running ?? 'last', undefined);
  if (!opened.ok) return refuse(terminal, options, opened.problems);
  const run = opened.value;
  const ids = run.recorded.map(({configured}) => configured.id);
  const wanted = run.recorded.filter(({configured}) =>
    [undefined, configured.id, configured.declared_as].includes(stage),
  );
  if (wanted.length === 0) return refuse(terminal, options, [unknownStage(stage!, ids)]);
  const stages = wanted.map(({configured}) => configured.id);
  const logs = await Promise.all(wanted.map((recorded) => logOf(run, recorded)));
  if (options.json !== true) reportEarlier(terminal, run, {stages, logs});
  const lines = await printLogs(terminal, {run, stages, logs, options});
  if (lines === 0 && options.json !== true) terminal.stderr.write(nothingText(run, stages));
  return 0;
}

interface Request {
  readonly run: RecordedRun;
  readonly stages: readonly StageId[];
  /** Of each of them. */
  readonly logs: readonly StageLog[];
  readonly options: LogsOptions;
}

/** Whose words these are, where they are not of this run. */
function reportEarlier(
  terminal: Terminal,
  {run}: RecordedRun,
  {stages, logs}: Pick<Request, 'stages' | 'logs'>,
): void {
  stages.forEach((stage, i) => {
    const maker = logs[i]!.run;
    if (maker !== run)
      terminal.stderr.write(`${stage} came from the cache; what follows is of run ${maker}, which made it\n`);
  });
}

/** Returns how many lines there were. */
async function printLogs(terminal: Terminal, {run, stages, logs: files, options}: Request): Promise<number> {
  const logs = stages.map((stage, i) => ({stage, reader: readNewLines(files[i]!.path)}));
  const width = stages.length === 1 ? undefined : Math.max(...stages.map((stage) => stage.length));
  let printed = 0;
  const print = (stage: StageId, lines: readonly string[]): void => {
    printed += lines.length;
    const told = lines.map((line) =>
      options.json === true
        ? JSON.stringify({kind: 'log', stage, line})
        : `${width === undefined ? '' : `${terminal.stdout.colours.dim(`${filledEnd(stage, width)} |`)} `}${visible(line)}`,
    );
    if (told.length > 0) terminal.stdout.write(`${told.join('\n')}\n`);
  };
  for (let round = 0; ; round += 1) {
    const goesOn = options.follow === true && runnerOf(run.dir, terminal.now()) !== undefined; // before the lines
    for (const {stage, reader} of logs) {
      const lines = goesOn ? reader.read() : allOf(reader);
      print(stage, round === 0 && options.lines !== undefined ? lines.slice(-options.lines) : lines);
    }
    if (!goesOn) return printed;
    await pause(LOOK_EVERY_MS);
  }
}

const LOOK_EVERY_MS = 150;

/** With a last line that has no end. */
function allOf(reader: LineReader): string[] {
  const lines = reader.read();
  return reader.rest() === '' ? lines : [...lines, reader.rest()];
}

function unknownStage(stage: string, ids: readonly string[]): Problem {
  return {
    code: 'usage/unknown-stage',
    message: `That run has no stage ${stage}`,
    hint: didYouMean(stage, ids) ?? `Its stages: ${ids.join(', ')}`,
  };
}

function nothingText({run, recorded}: RecordedRun, stages: readonly StageId[]): string {
  const [only] = stages;
  const result =
    stages.length === 1 ? recorded.find(({configured}) => configured.id === only)?.result : undefined;
  const because = result?.kind === 'cached' ? ': it came from the cache' : '';
  return `${stages.length === 1 ? only : 'no stage'} said ${stages.length === 1 ? 'nothing' : 'anything'} in run ${run}${because}\n`;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}

const EXAMPLES = `
Examples:
  $ sidestep logs
  $ sidestep logs train -f
  $ sidestep logs train --run last~1 --lines 50`;
