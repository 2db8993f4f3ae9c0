import {Command, InvalidArgumentError} from 'commander';
import {type AnswerOptions, answer} from '../app/answer.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {packageRoot} from '../app/version.js';
import {serveUi, type UiServer} from '../ui/server.js';
import {openInBrowser} from './ui-open.js';
import {uiSource} from './ui-source.js';

interface UiCommandOptions extends AnswerOptions {
  readonly port: number;
  readonly open?: boolean;
}

export function uiCommand(terminal: Terminal): Command {
  return new Command('ui')
    .description(
      'A page of this project on this machine alone: runs with curves and clips as they come, songs, pipelines, comparison; start, stop and continue from it.',
    )
    .argument('[pipeline]', 'YAML file whose project is shown', DEFAULT_PIPELINE)
    .option('--port <number>', 'listen there (default: a free port)', port, 0)
    .option('--open', 'open it in the browser')
    .option('--json', 'print one JSON document with the address')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: UiCommandOptions) =>
      terminal.leave(await ui(terminal, file, options)),
    );
}

/** Until Ctrl-C, which is how this ends and nothing that went wrong. */
async function ui(terminal: Terminal, file: string, options: UiCommandOptions): Promise<ExitCode> {
  const source = uiSource(terminal, file);
  const {folder} = await source.project();
  const ended = untilSignal();
  const server = await serveUi(source, {
    port: options.port,
    folders: {page: new URL('src/ui/page/', packageRoot), program: new URL('dist/', packageRoot)},
    defect: (error) => terminal.stderr.write(defectText(error)),
  });
  answer(terminal, options, {
    kind: 'ui',
    document: () => ({url: server.url, project: folder}),
    text: (colours) =>
      `${folder}\n${colours.cyan('open:')} ${server.url}\n${colours.dim('Only this machine can see it. Ctrl-C ends it; runs go on.')}\n`,
  });
  if (options.open === true) void open(terminal, server); // some openers stay as long as the browser
  await ended;
  await server.close();
  return 0;
}

async function open(terminal: Terminal, server: UiServer): Promise<void> {
  const opened = await openInBrowser(server.singleUrl(), terminal.env);
  if (!opened) terminal.stderr.write('No browser could be opened here: open the address yourself.\n');
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function defectText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a defect of sidestep, not of your files. Please report it with these lines:\n${stack}\n`;
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Expected a port, a number from 1 to 65535.');
}

const EXAMPLES = `
Examples:
  $ sidestep ui
  $ sidestep ui pipelines/lora.yaml --open
  $ sidestep ui --port 8123                       for a tunnel: ssh -L 8123:127.0.0.1:8123 machine
  $ sidestep ui --json | jq -r .url`;
