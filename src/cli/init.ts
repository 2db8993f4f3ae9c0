import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {dirname, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {isFileError, writeDurably} from '../base/durable.js';
import type {Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import type {Pipeline} from '../config/pipeline.js';
import {findPresets, parsePreset} from '../config/preset.js';
import {resolvePipeline} from '../config/resolve.js';
import {absolutePath, loadSettings, type Settings} from '../config/settings.js';
import {type AnswerOptions, answer, refuse} from './answer.js';
import type {AnswerId, Answers, SomeAnswers} from './init/answers.js';
import {clackPrompter} from './init/clack-prompter.js';
import {presetFor} from './init/machine.js';
import {pipelineText} from './init/pipeline.js';
import {predictedSteps} from './init/prediction.js';
import {type Known, questions} from './init/questions.js';
import {session} from './init/session.js';
import {songsIn} from './init/surroundings.js';
import {askAll, type Prompter, takeDefaults} from './init/wizard.js';
import {nextCommand} from './next-command.js';
import {DEFAULT_PIPELINE} from './pipeline-options.js';
import {editSettings, settingsPath, writeSettings} from './settings-file.js';
import type {ExitCode, World} from './world.js';

interface InitOptions extends AnswerOptions, Partial<Record<AnswerId, string>> {
  readonly learningRate?: string;
  readonly output: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly run?: boolean;
}

export function initCommand(world: World): Command {
  return new Command('init')
    .description(
      'Ask what is needed and write a commented pipeline file. Every answer can be given as an option; without a terminal nothing is asked.',
    )
    .option('--checkpoints <folder>', 'folder of the ACE-Step checkpoints (remembered)')
    .option('--model <name>', 'model: number, or part of its name')
    .option('--base <name>', 'turbo, base or sft: what an unknown fine-tune descends from')
    .option('--songs <path>', 'audio folder, or dataset JSON')
    .option('--tag <word>', 'trigger word for every caption')
    .option('--adapter <type>', 'lora, dora, lokr, loha or oft')
    .option('--preset <name>', 'preset of the train stage')
    .option('--detail <level>', 'basic, or advanced to be asked for rank, learning rate and epochs')
    .option('--rank <number>', "in place of the preset's")
    .option('--learning-rate <number>', "in place of the preset's")
    .option('--epochs <number>', "in place of the preset's")
    .option('--name <name>', 'name of the pipeline')
    .option('-o, --output <file>', 'file to write', DEFAULT_PIPELINE)
    .option('-y, --yes', 'take the default of every answer that is not given')
    .option('--force', 'replace an existing file')
    .option('--run', 'run it at once')
    .option('--json', 'print one JSON document; asks nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitOptions) => world.leave(await init(world, options)));
}

async function init(world: World, options: InitOptions): Promise<ExitCode> {
  const path = resolve(world.cwd, options.output);
  if (existsSync(path) && options.force !== true) return refuse(world, options, [exists(options.output)]);
  const settings = await loadSettings(userFolder(world.env));
  if (!settings.ok) return refuse(world, options, settings.problems);
  const known = await knownOf(world, settings.value, dirname(path));
  const prompter = canAsk(world, options) ? await clackPrompter() : undefined;
  const answers = await answersOf(givenIn(options), known, prompter);
  if (!answers.ok) return refuse(world, options, answers.problems);
  if (answers.value === undefined) return 130;
  const text = pipelineText(answers.value, {folder: dirname(path), cwd: world.cwd});
  const pipeline = await resolved(world, path, text);
  if (!pipeline.ok) return refuse(world, options, pipeline.problems);
  const prediction = await predictionOf(world, answers.value, pipeline.value);
  const consent =
    prompter === undefined ? 'write' : await lastQuestion(prompter, `${text}\n${prediction}`, options);
  if (consent === 'cancel') return 130;
  await writeDurably(path, text);
  await remember(world, settings.value, answers.value);
  const start = consent === 'run' || options.run === true ? 'run' : 'leave';
  return finish(world, {path, start, prompter}, options);
}

function canAsk(world: World, options: InitOptions): boolean {
  if (options.yes === true || options.json === true || world.env.CI) return false;
  return process.stdin.isTTY === true && world.stdout.kind === 'terminal';
}

async function answersOf(
  given: SomeAnswers,
  known: Known,
  prompter: Prompter | undefined,
): Promise<Result<Answers | undefined>> {
  return prompter === undefined ? takeDefaults(given, known) : askAll(given, known, prompter);
}

/** Shows what would be written; only a yes writes it. */
async function lastQuestion(
  prompter: Prompter,
  summary: string,
  {output}: InitOptions,
): Promise<'write' | 'run' | 'cancel'> {
  prompter.note(summary);
  const reply = await prompter.choose(
    `Write ${output}?`,
    [
      {value: 'write', hint: 'and look at it first'},
      {value: 'run', hint: 'write it and start training'},
      {value: 'leave', hint: 'write nothing'},
    ],
    'write',
  );
  if (reply.kind !== 'answer' || reply.value === 'leave') return 'cancel';
  return reply.value === 'run' ? 'run' : 'write';
}

async function finish(
  world: World,
  {path, start, prompter}: {path: string; start: 'run' | 'leave'; prompter: Prompter | undefined},
  options: InitOptions,
): Promise<ExitCode> {
  const file = relative(world.cwd, path);
  answer(world, options, {
    kind: 'init',
    document: () => ({path, next: nextCommand(world, ['run', file])}),
    text: (colours) =>
      `${colours.green('✔')} wrote ${file}\n${colours.cyan('next:')} ${nextCommand(world, ['plan', file])}   then   ${nextCommand(world, ['run', file])}\n`,
  });
  if (start === 'leave') return 0;
  if (prompter !== undefined) return session(world, file, prompter);
  let code: ExitCode = 0;
  const {runCommand} = await import('./run.js');
  const command = runCommand({
    ...world,
    leave: (chosen) => {
      code = chosen;
    },
  });
  await command.parseAsync([file, ...(options.json === true ? ['--json'] : [])], {from: 'user'});
  return code;
}

function givenIn(options: InitOptions): SomeAnswers {
  const {learningRate, ...rest} = options;
  const values: Partial<Record<AnswerId, string | undefined>> = {...rest, learning_rate: learningRate};
  const given = questions.flatMap(({id}) => (values[id] === undefined ? [] : [[id, values[id]] as const]));
  return Object.fromEntries(given);
}

async function knownOf(world: World, settings: Settings, projectDir: string): Promise<Known> {
  const files = await findPresets({project_dir: projectDir, user_dir: userFolder(world.env)});
  const presets = files
    .map(parsePreset)
    .filter(({uses, problems}) => uses === 'train' && problems.length === 0)
    .map(({name, description}) => ({name, description}));
  return {
    cwd: world.cwd,
    checkpoint_dir: settings.values.checkpoint_dir,
    presets,
    preset: await presetFor(world),
  };
}

/** A file that does not validate is a defect of the wizard or a bad number: nothing is written then. */
async function resolved(world: World, file: string, text: string): Promise<Result<Pipeline>> {
  const user_dir = userFolder(world.env);
  const settings = await loadSettings(user_dir);
  if (!settings.ok) return settings;
  const presets = await findPresets({project_dir: dirname(file), user_dir});
  return resolvePipeline({file, text, settings: settings.value, presets, overrides: [], env: world.env});
}

/** Empty while the songs cannot be counted: the dataset stage will say why. */
async function predictionOf(world: World, {songs}: Answers, pipeline: Pipeline): Promise<string> {
  const found = await songsIn(absolutePath(songs, world.cwd), world.cwd);
  return found.ok ? (predictedSteps(pipeline, found.value.count) ?? '') : '';
}

/** The checkpoint folder is the answer that is the same next time. */
async function remember(world: World, settings: Settings, {checkpoints}: Answers): Promise<void> {
  const folder = absolutePath(checkpoints, world.cwd);
  if (settings.values.checkpoint_dir === folder) return;
  const file = settingsPath(userFolder(world.env));
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return '';
    throw error;
  });
  const edited = editSettings(file, text, 'checkpoint_dir', JSON.stringify(folder));
  if (edited.ok) await writeSettings(file, edited.value);
}

function exists(file: string) {
  return {
    code: 'init/exists',
    message: `${file} exists already`,
    hint: 'Another name with --output, or replace it with --force.',
  };
}

/** Whether a bare `sidestep` should start the wizard: somebody is there to answer, and there is no pipeline yet. */
export function startsWizard(world: World): boolean {
  return canAsk(world, {output: DEFAULT_PIPELINE}) && !existsSync(resolve(world.cwd, DEFAULT_PIPELINE));
}

const EXAMPLES = `
Examples:
  $ sidestep init
  $ sidestep init --yes --checkpoints ./checkpoints --songs ./my_audio
  $ sidestep init --songs ./my_audio --adapter lokr --rank 32 --output lokr.yaml --run`;
