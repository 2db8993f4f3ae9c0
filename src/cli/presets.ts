import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {collect, DEFAULT_PIPELINE, SET_HELP} from '../app/pipeline-options.js';
import {presetFacts, presetParameters} from '../app/preset-facts.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import type {Preset} from '../config/user/preset.js';
import {presetTable, presetText, type ShownPreset} from '../render/preset-text.js';
import {
  deletePreset,
  exportPreset,
  findPreset,
  importPreset,
  listPresets,
  savePreset,
} from './preset-file.js';

/** Presets beside the pipeline (`presets/`), in the user's folder and in the program; the first of a name counts. */
export function presetsCommand(terminal: Terminal): Command {
  const presets = new Command('presets')
    .description('Named parameters for a stage: those that come with sidestep, and your own.')
    .addHelpText('after', EXAMPLES);
  addReading(presets, terminal);
  addKeeping(presets, terminal);
  addExchange(presets, terminal);
  return presets;
}

function addReading(presets: Command, terminal: Terminal): void {
  presets
    .command('list')
    .description(
      'Every preset that a pipeline here can name, and what those for training decide, side by side.',
    )
    .option('--json', 'print one JSON document')
    .action(async (options: AnswerOptions) => terminal.leave(await list(terminal, options)));
  presets
    .command('show')
    .description('What a preset says.')
    .argument('<preset>', 'its name')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: AnswerOptions) =>
      terminal.leave(await show(terminal, name, options)),
    );
}

function addKeeping(presets: Command, terminal: Terminal): void {
  presets
    .command('save')
    .description(
      'Keep the parameters of a stage as a preset of your own (without paths and references): in presets/ beside the pipeline where there is such a folder, else in your settings folder.',
    )
    .argument('<name>', 'name of the new preset')
    .argument('<stage>', 'whose parameters')
    .argument('[pipeline]', 'YAML file', DEFAULT_PIPELINE)
    .option('--set <path=value>', SET_HELP, collect, [])
    .option('--description <text>', 'when to use it, in one sentence', '')
    .option('--force', 'replace a preset of that name')
    .action(async (name: string, stage: string, pipeline: string, options) =>
      terminal.leave(done(terminal, await savePreset(terminal, {name, stage, pipeline, ...options}))),
    );
  presets
    .command('delete')
    .description('Delete a preset of your own.')
    .argument('<preset>', 'its name')
    .action(async (name: string) => terminal.leave(done(terminal, await deletePreset(terminal, name))));
}

/** To and from files that are handed on. */
function addExchange(presets: Command, terminal: Terminal): void {
  presets
    .command('import')
    .description(
      'Check a preset file and copy it to presets/ of this folder where there is one, else to your own presets.',
    )
    .argument(
      '<file>',
      "a preset as YAML, or one of upstream's as JSON; its name becomes the name of the preset",
    )
    .option('--force', 'replace a preset of that name')
    .action(async (file: string, options: {force?: boolean}) =>
      terminal.leave(done(terminal, await importPreset(terminal, file, options.force ? 'replace' : 'keep'))),
    );
  presets
    .command('export')
    .description('Write a preset to a file, to hand it on.')
    .argument('<preset>', 'its name')
    .argument('[file]', 'where to; without it, standard output')
    .action(async (name: string, file: string | undefined) =>
      terminal.leave(done(terminal, await exportPreset(terminal, name, file))),
    );
}

async function list(terminal: Terminal, options: AnswerOptions): Promise<ExitCode> {
  const presets = await listPresets(terminal);
  answer(terminal, options, {
    kind: 'presets',
    document: () => ({
      presets: presets.map((preset) => ({
        name: preset.name,
        from: preset.from,
        path: preset.path,
        uses: preset.uses ?? null,
        description: preset.description,
        problems: preset.problems,
        ...(preset.problems.length > 0 ? {} : {with: presetParameters(preset)}),
      })),
    }),
    text: (colours) => presetTable(presets.map(shown), colours),
  });
  return 0;
}

function shown(preset: Preset): ShownPreset {
  const facts = presetFacts(preset);
  return facts === undefined ? preset : {...preset, facts};
}

async function show(terminal: Terminal, name: string, options: AnswerOptions): Promise<ExitCode> {
  const found = await findPreset(terminal, name);
  if (!found.ok) return refuse(terminal, options, found.problems);
  const {preset, parameters} = found.value;
  answer(terminal, options, {
    kind: 'preset',
    document: () => ({
      name: preset.name,
      from: preset.from,
      path: preset.path,
      uses: preset.uses ?? null,
      description: preset.description,
      with: parameters,
    }),
    text: (colours) => presetText(preset, colours),
  });
  return 0;
}

function done(terminal: Terminal, result: Awaited<ReturnType<typeof savePreset>>): ExitCode {
  if (!result.ok) return refuse(terminal, {}, result.problems);
  terminal.stdout.write(result.value);
  return 0;
}

const EXAMPLES = `
Examples:
  $ sidestep presets list
  $ sidestep presets show recommended
  $ sidestep presets save my-voice train pipeline.yaml --description "Male voice, 20 songs"
  $ sidestep presets export my-voice > my-voice.yaml
  $ sidestep presets import my-voice.yaml
  $ sidestep presets delete my-voice`;
