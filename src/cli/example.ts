import {existsSync} from 'node:fs';
import {mkdir, readFile} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {nextCommand} from '../app/next-command.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {packageRoot} from '../app/version.js';
import {writeUserFile} from '../base/write-user-file.js';
import {SCHEMA_URL} from '../schema/schema-url.generated.js';

interface ExampleOptions extends AnswerOptions {
  readonly force?: boolean;
}

const FILE = 'smoke.yaml';

/** `sidestep example`: a first success where somebody has nothing yet but the program. */
export function exampleCommand(terminal: Terminal): Command {
  return new Command('example')
    .description(
      'Write a pipeline, smoke.yaml, with the whole job in miniature: a tiny model, four short synthesised songs, an adapter. It needs no download and no card, and trains in a minute.',
    )
    .argument('[folder]', 'where to write it; made if it is not there', '.')
    .option('--force', 'replace a smoke.yaml that is there')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, options: ExampleOptions) =>
      terminal.leave(await example(terminal, folder, options)),
    );
}

async function example(terminal: Terminal, folder: string, options: ExampleOptions): Promise<ExitCode> {
  const path = join(resolve(terminal.cwd, folder), FILE);
  const text = exampleText(await readFile(new URL(`pipelines/${FILE}`, packageRoot), 'utf8'));
  if (existsSync(path) && options.force !== true && (await readFile(path, 'utf8')) !== text)
    return refuse(terminal, options, [standsThere(path)]);
  await mkdir(resolve(terminal.cwd, folder), {recursive: true});
  await writeUserFile(path, text);
  const run = nextCommand(terminal, ['run', relative(terminal.cwd, path) || path]);
  answer(terminal, options, {
    kind: 'example',
    document: () => ({path, command: run}),
    text: () => `Wrote ${path}. Now train it:\n  ${run}\n`,
  });
  return 0;
}

/** Pure: the pipeline of the checkout as it stands alone, its results beside it and its schema where everybody finds it. */
export function exampleText(pipeline: string): string {
  return pipeline
    .replace('$schema=../schema/', `$schema=${SCHEMA_URL}`)
    .replace(/ Try it with: .*/, '')
    .replaceAll('output_dir: ../output/', 'output_dir: output/');
}

function standsThere(path: string) {
  return {
    code: 'usage/file-exists',
    message: `${path} exists and is another file`,
    hint: 'Name another folder, or replace it with --force.',
  };
}

const EXAMPLES = `
Examples:
  $ sidestep example
  $ sidestep example my-first-training`;
