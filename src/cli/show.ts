import {basename, extname} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {pipelineDataset} from '../app/pipeline-dataset.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {sampleReader} from '../app/sample-reader.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {listed} from '../base/near-miss.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Dataset, Sample} from '../dataset/sample.js';
import {sampleText} from '../render/sample-text.js';
import {unknownSong} from '../stage/clip.js';

interface ShowOptions extends AnswerOptions {
  readonly set: readonly string[];
  readonly stage?: string;
}

export function showCommand(terminal: Terminal): Command {
  const show = new Command('show')
    .description('Show one thing of a pipeline exactly as it will be used.')
    .addHelpText('after', EXAMPLES);
  show
    .command('sample')
    .description(
      'The exact prompt, lyrics and tokens of a song that will be trained, what is cut off, and where its metadata came from.',
    )
    .argument('<name>', 'name of a song below the audio folder, or a part of it that no other has')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--stage <stage>', 'which dataset stage, when there are several')
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, file: string, options: ShowOptions) =>
      terminal.leave(await showSample(terminal, {name, file}, options)),
    );
  return show;
}

async function showSample(
  terminal: Terminal,
  {name, file}: {name: string; file: string},
  options: ShowOptions,
): Promise<ExitCode> {
  const found = await pipelineDataset(terminal, {file, overrides: options.set, stage: options.stage});
  if (!found.ok) return refuse(terminal, options, found.problems);
  const sample = sampleNamed(name, found.value.dataset);
  if (!sample.ok) return refuse(terminal, options, sample.problems);
  const shown = (await sampleReader(found.value))(sample.value);
  answer(terminal, options, {
    kind: 'sample',
    document: () => ({stage: found.value.stage, ...shown}),
    text: (colours) => sampleText(shown, colours),
  });
  return 0;
}

/** Pure: the exact name, else the only song of that file name or name without ending, else the only one that it is a part of. */
export function sampleNamed(name: string, {samples, findings}: Dataset): Result<Sample> {
  const exact = samples.find((sample) => sample.name === name);
  if (exact !== undefined) return ok(exact);
  const short = samples.filter((sample) => shortNames(sample.name).includes(name));
  const part = name.trim().toLowerCase();
  const like =
    short.length > 0 || part === ''
      ? short
      : samples.filter((sample) => sample.name.toLowerCase().includes(part));
  if (like.length === 1) return ok(like[0]!);
  if (like.length > 1)
    return failure({
      code: 'usage/ambiguous-sample',
      message: `${name} could be ${listed(
        like.map((sample) => sample.name),
        6,
      )}`,
      hint: 'Give more of the name: folder and ending too where that is needed.',
    });
  const refused = findings.find(({severity, sample}) => severity === 'error' && sample === name);
  if (refused !== undefined) return failure({code: refused.code, message: refused.message});
  const names = samples.map((sample) => sample.name);
  return failure({code: 'usage/unknown-sample', ...unknownSong(name, names)});
}

function shortNames(name: string): string[] {
  const file = basename(name);
  return [file, name.slice(0, name.length - extname(name).length), basename(file, extname(file))];
}

const EXAMPLES = `
Examples:
  $ sidestep show sample "first song.flac"
  $ sidestep show sample first                     a part that only one song has
  $ sidestep show sample live/encore my.yaml
  $ sidestep show sample encore --json | jq -r .prompt.text`;
