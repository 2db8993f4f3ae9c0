import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {join, relative, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {packageVersion} from '../app/version.js';
import {placeProblem} from '../base/accident.js';
import {SidestepError} from '../base/problem.js';
import {writeUserFile} from '../base/write-user-file.js';
import {openRun} from '../history/recorded-run.js';
import type {ClipPlace} from '../history/report-clips.js';
import {reportRun} from '../history/report-data.js';
import {type PlotAssets, reportPage} from '../render/report/page.js';

interface ReportOptions extends AnswerOptions {
  readonly pipeline?: string;
  readonly output?: string;
  readonly embedAudio?: boolean;
}

export function reportCommand(terminal: Terminal): Command {
  return new Command('report')
    .description(
      'Write one HTML page of a run that needs no network: curves, gradients, sensitivity, songs, stages, configuration, hashes. Further runs are drawn beside it.',
    )
    .argument(
      '[runs...]',
      'ids, names of experiments, `last`, `last~1`, or pipeline files (their last run)',
      ['last'],
    )
    .option('--pipeline <file>', 'count only runs of this pipeline (default: all of the project)')
    .option('-o, --output <file>', "file to write (default: report.html in the first run's record)")
    .option('--embed-audio', 'put the clips into the page, so that it is one file')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (names: readonly string[], options: ReportOptions) =>
      terminal.leave(await report(terminal, names, options)),
    );
}

async function report(
  terminal: Terminal,
  names: readonly string[],
  options: ReportOptions,
): Promise<ExitCode> {
  const opened = await Promise.all(names.map((name) => openRun(terminal, name, options.pipeline)));
  const problems = opened.flatMap((run) => (run.ok ? [] : run.problems));
  if (problems.length > 0) return refuse(terminal, options, problems);
  const runs = opened.flatMap((run) => (run.ok ? [run.value] : []));
  const path =
    options.output === undefined ? join(runs[0]!.dir, 'report.html') : resolve(terminal.cwd, options.output);
  const data = {
    runs: await Promise.all(runs.map((run) => reportRun(run, placeOf(path, options)))),
    written_by: await writer(),
  };
  const page = reportPage(data, await plotAssets());
  await writeUserFile(path, page).catch((error: unknown) => {
    throw notWritten(path, error);
  });
  answer(terminal, options, {
    kind: 'report',
    document: () => ({path, runs: runs.map(({run}) => run)}),
    text: (colours) =>
      `${colours.green('✔')} wrote ${relative(terminal.cwd, path)}\n${colours.cyan('open:')} ${pathToFileURL(path).href}\n`,
  });
  return 0;
}

/** The record of a run is in the project, which may be there for reading alone. */
function notWritten(path: string, error: unknown): unknown {
  const reason = placeProblem(error);
  if (reason === undefined) return error;
  return new SidestepError(
    {
      code: 'usage/report-not-written',
      message: `The report cannot be written to ${path}: ${reason}`,
      hint: 'Name a file elsewhere: sidestep report --output FILE.',
    },
    {cause: error},
  );
}

/** `report.html` has its sounds in `report-clips/`, where they are not beside it already. */
function placeOf(page: string, {embedAudio}: ReportOptions): ClipPlace {
  if (embedAudio === true) return {kind: 'inside'};
  return {kind: 'beside', page, folder: `${page.replace(/\.html?$/, '')}-clips`};
}

async function writer(): Promise<string> {
  return `sidestep ${await packageVersion()}, Node ${process.versions.node}, ${process.platform}-${process.arch}`;
}

async function plotAssets(): Promise<PlotAssets> {
  const require = createRequire(import.meta.url);
  const file = (name: string) => readFile(require.resolve(`uplot/dist/${name}`), 'utf8');
  return {script: await file('uPlot.iife.min.js'), style: await file('uPlot.min.css')};
}

const EXAMPLES = `
Examples:
  $ sidestep report
  $ sidestep report pipelines/smoke.yaml
  $ sidestep report last last~1 --output compare.html`;
