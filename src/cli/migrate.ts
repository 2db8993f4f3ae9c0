import {existsSync} from 'node:fs';
import {basename, dirname, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {nextCommand} from '../app/next-command.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import type {JsonObject} from '../base/json.js';
import {failure, ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {resolvePipeline} from '../config/resolve.js';
import {parsePreset} from '../config/user/preset.js';
import {noSettings} from '../config/user/settings.js';
import {type Migrated, migrateArguments, migratePreset} from '../migrate/arguments.js';
import {type MigratedFile, migratedPipeline, migratedPreset} from '../migrate/migrated-text.js';
import {type FlagTable, loadFlagTable} from '../migrate/upstream-flags.js';
import {isRunConfig, readRunConfig, readUpstreamPreset, refuseSelection} from '../migrate/upstream-preset.js';

interface MigrateOptions extends AnswerOptions {
  readonly output?: string;
  readonly name?: string;
  readonly preset?: boolean;
  readonly force?: boolean;
}

export function migrateCommand(terminal: Terminal): Command {
  return new Command('migrate')
    .description(
      "Turn a command line of Side-Step or of upstream's train.py, or one of its JSON files (a preset, a run), into a commented pipeline file (or preset).",
    )
    .argument(
      '<words...>',
      'after `--`: the command line as you used it; or one JSON file of a preset or a run',
    )
    .option('-o, --output <file>', 'file to write (default: pipeline.yaml, or NAME.yaml for a preset)')
    .option('--name <name>', 'name of the pipeline')
    .option('--preset', 'write a preset for train stages in place of a pipeline')
    .option('--force', 'replace an existing file')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], options: MigrateOptions) =>
      terminal.leave(await migrate(terminal, words, options)),
    );
}

/** What a file is made of: its text, and where it goes. */
interface Written {
  readonly path: string;
  readonly text: string;
  readonly migrated: Migrated;
}

async function migrate(
  terminal: Terminal,
  words: readonly string[],
  options: MigrateOptions,
): Promise<ExitCode> {
  const written = await compose(terminal, words, options);
  if (!written.ok) return refuse(terminal, options, written.problems);
  const {path, text, migrated} = written.value;
  const shown = relative(terminal.cwd, path);
  if (existsSync(path) && options.force !== true)
    return refuse(terminal, options, [
      {
        code: 'migrate/exists',
        message: `${shown} exists`,
        hint: 'Another name with --output, or replace it with --force.',
      },
    ]);
  await writeUserFile(path, text);
  const next = nextCommand(
    terminal,
    options.preset === true ? ['presets', 'import', shown] : ['plan', shown],
  );
  answer(terminal, options, {
    kind: 'migrate',
    document: () => ({path, notes: migrated.notes, next}),
    text: (colours) =>
      [
        `${colours.green('✔')} wrote ${shown}`,
        ...migrated.notes.map((note) => `  left out ${note}`),
        `${colours.cyan('next:')} ${next}`,
        '',
      ].join('\n'),
  });
  return 0;
}

async function compose(
  terminal: Terminal,
  words: readonly string[],
  options: MigrateOptions,
): Promise<Result<Written>> {
  const table = await loadFlagTable();
  const source = await readSource(terminal, words);
  if (!source.ok) return source;
  const {json, description} = source.value;
  const migrated = migratedFrom(source.value, table, (path) => existsSync(resolve(terminal.cwd, path)));
  const refused = refuseSubcommand(migrated, table);
  if (!refused.ok) return refused;
  if (migrated.problems.length > 0) return failure(...migrated.problems);
  const name = options.name ?? (json === undefined ? 'migrated' : basename(json, '.json'));
  const path = resolve(
    terminal.cwd,
    options.output ?? (options.preset === true ? `${name}.yaml` : DEFAULT_PIPELINE),
  );
  const file: MigratedFile = {folder: dirname(path), cwd: terminal.cwd, name, source: sourceLine(words)};
  const text =
    options.preset === true
      ? migratedPreset(migrated, {...file, description})
      : migratedPipeline(migrated, file);
  const problems =
    options.preset === true ? presetProblems(path, name, text) : pipelineProblems(terminal, path, text);
  return problems.length > 0 ? {ok: false, problems} : ok({path, text, migrated});
}

/** Values that upstream took and the schema does not (a rank of 0) are reported before anything is written. */
function pipelineProblems(terminal: Terminal, file: string, text: string) {
  const resolved = resolvePipeline({
    file,
    text,
    settings: noSettings(),
    presets: [],
    overrides: [],
    env: terminal.env,
  });
  return resolved.ok ? [] : resolved.problems;
}

function presetProblems(path: string, name: string, text: string) {
  return parsePreset({name, path, from: 'user', text}).problems;
}

/** What there is to migrate: a command line, with what its `--config` file holds, or one JSON file. */
type Source = {readonly description: string; readonly json?: string} & (
  | {readonly kind: 'line'; readonly words: readonly string[]; readonly config: JsonObject}
  | {readonly kind: 'preset'; readonly preset: JsonObject}
);

async function readSource({cwd}: Terminal, words: readonly string[]): Promise<Result<Source>> {
  const [only] = words;
  if (words.length === 1 && only!.endsWith('.json')) return readUpstreamFile(resolve(cwd, only!));
  const at = words.findIndex((word) => /^--config(=|$)/.test(word));
  const path = at === -1 ? undefined : (words[at]!.split('=')[1] ?? words[at + 1]);
  const config = path === undefined ? ok({}) : await readRunConfig(resolve(cwd, path));
  return config.ok ? ok({kind: 'line', words, config: config.value, description: ''}) : config;
}

/** Side-Step's JSON files: presets, whole runs, and selections of modules, which are no pipeline. */
async function readUpstreamFile(json: string): Promise<Result<Source>> {
  const selection = await refuseSelection(json);
  if (!selection.ok) return selection;
  const preset = await readUpstreamPreset(json);
  if (!preset.ok) return preset;
  const description = typeof preset.value.description === 'string' ? preset.value.description : '';
  if (!isRunConfig(preset.value)) return ok({kind: 'preset', preset: preset.value, json, description});
  const config = await readRunConfig(json);
  if (!config.ok) return config;
  return ok({kind: 'line', words: ['sidestep', 'train'], config: config.value, json, description});
}

function migratedFrom(source: Source, table: FlagTable, hasFile: (path: string) => boolean): Migrated {
  return source.kind === 'preset'
    ? migratePreset(source.preset, table)
    : migrateArguments(source.words, table, {config: source.config, hasFile});
}

/** Subcommands that are commands here, or nothing at all, make no pipeline. */
function refuseSubcommand({subcommand, command}: Migrated, table: FlagTable): Result<undefined> {
  const {reason, instead} = table.subcommands![subcommand]!;
  if (reason === undefined && command === undefined) return ok(undefined);
  const what = subcommand === 'wizard' ? 'The program without a subcommand' : `\`${subcommand}\``;
  return failure({
    code: 'migrate/no-pipeline',
    message: `${what} makes no pipeline${reason === undefined ? '' : `: ${reason}`}`,
    hint: instead ?? `Use: ${command}`,
  });
}

function sourceLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=,+-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

const EXAMPLES = `
Examples:
  $ sidestep migrate -- train.py fixed --checkpoint-dir ./checkpoints --audio-dir ./my_audio --rank 64 --epochs 100
  $ sidestep migrate -- sidestep train -M base -d ./my_tensors -o ./output/my_lora -e 500
  $ sidestep migrate my_preset.json --output my.yaml
  $ sidestep migrate my_preset.json --preset`;
