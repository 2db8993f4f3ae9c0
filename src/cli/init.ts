import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {dirname, relative, resolve} from 'node:path';
import {Command} from 'commander';
import {isFileError, writeDurably} from '../base/durable.js';
import {ok, type Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import {findPresets, type Preset, parsePreset} from '../config/preset.js';
import {absolutePath, loadSettings, type Settings} from '../config/settings.js';
import {type AnswerOptions, answer, refuse} from './answer.js';
import type {AnswerId, Answers, SomeAnswers} from './init/answers.js';
import {clackPrompter} from './init/clack-prompter.js';
import {
  type Composing,
  compose,
  type Prediction,
  predict,
  predictionDocument,
  summaryOf,
} from './init/composition.js';
import {type Agreement, converse} from './init/conversation.js';
import {keepSession, lastSession} from './init/last-session.js';
import {type Machine, observeMachine, presetFor} from './init/machine.js';
import {type Known, questions} from './init/questions.js';
import {session} from './init/session.js';
import {lookAtSongs} from './init/songs.js';
import {type Prompter, takeDefaults} from './init/wizard.js';
import {nextCommand} from './next-command.js';
import {DEFAULT_PIPELINE} from './pipeline-options.js';
import {presetFacts} from './preset-facts.js';
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
  const machine = await observeMachine(world, settings.value);
  const known = await knownOf(world, {settings: settings.value, machine, projectDir: dirname(path)});
  const composing = {world, path, settings: settings.value, machine, known};
  const prompter = canAsk(world, options) ? await clackPrompter() : undefined;
  const agreed =
    prompter === undefined
      ? await agreeByFlags(composing, options)
      : await converse({given: givenIn(options), known, prompter}, composing, options.output);
  if (!agreed.ok) return refuse(world, options, agreed.problems);
  if (agreed.value === undefined) return 130;
  const {composition, prediction, next} = agreed.value;
  await writeDurably(path, composition.text);
  await remember(world, settings.value, composition.answers).catch((error: unknown) => {
    if (!isFileError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST')) throw error;
    world.stderr.write(`The answers could not be kept for next time: ${error.message}\n`);
  });
  const start = options.run === true ? 'run' : next;
  return finish(world, {path, start, prediction, prompter}, options);
}

/** Nobody is asked: flags, defaults, and a summary for whoever reads the output. */
async function agreeByFlags(composing: Composing, options: InitOptions): Promise<Result<Agreement>> {
  const answers = await takeDefaults(givenIn(options), composing.known);
  if (!answers.ok) return answers;
  const composition = await compose(answers.value, composing);
  if (!composition.ok) return composition;
  const prediction = await predict(composition.value, composing);
  if (options.json !== true)
    composing.world.stdout.write(`${await summaryOf(composition.value, prediction, composing)}\n`);
  return ok({composition: composition.value, prediction, next: 'leave'});
}

function canAsk(world: World, options: InitOptions): boolean {
  if (options.yes === true || options.json === true || world.env.CI) return false;
  return process.stdin.isTTY === true && world.stdout.kind === 'terminal';
}

/** What is to be done once the file is there. */
interface Written {
  readonly path: string;
  readonly start: 'run' | 'leave';
  readonly prediction: Prediction | undefined;
  readonly prompter: Prompter | undefined;
}

async function finish(
  world: World,
  {path, start, prediction, prompter}: Written,
  options: InitOptions,
): Promise<ExitCode> {
  const file = relative(world.cwd, path);
  answer(world, options, {
    kind: 'init',
    document: () => ({
      path,
      prediction: prediction === undefined ? null : predictionDocument(prediction),
      next: nextCommand(world, ['run', file]),
    }),
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

async function knownOf(
  world: World,
  {settings, machine, projectDir}: {settings: Settings; machine: Machine; projectDir: string},
): Promise<Known> {
  const files = await findPresets({project_dir: projectDir, user_dir: userFolder(world.env)});
  const presets = files
    .map(parsePreset)
    .filter(({uses, problems}) => uses === 'train' && problems.length === 0)
    .map((preset) => ({
      name: preset.name,
      description: preset.description,
      decides: () => factsText(preset),
    }));
  const looks = new Map<string, ReturnType<Known['songs']>>();
  const songs: Known['songs'] = (path) => {
    const place = absolutePath(path, world.cwd);
    const look = looks.get(place) ?? lookAtSongs(place);
    looks.set(place, look);
    return look;
  };
  return {
    cwd: world.cwd,
    checkpoint_dir: settings.values.checkpoint_dir,
    presets,
    preset: presetFor(machine),
    last: await lastSession(userFolder(world.env)),
    songs,
  };
}

/** `lora, rank 16, adamw8bit, rate 1.00e-4, batch 1 × 8, 100 epochs` */
function factsText(preset: Preset): string {
  const [adapter, rank, optimizer, rate, batch, epochs] = presetFacts(preset)?.map(({text}) => text) ?? [];
  return adapter === undefined
    ? ''
    : `${adapter}, rank ${rank}, ${optimizer}, rate ${rate}, batch ${batch}, ${epochs} epochs`;
}

/** The checkpoint folder is a setting, which other commands use as well; the other answers are proposed next time. */
async function remember(world: World, settings: Settings, answers: Answers): Promise<void> {
  await keepSession(userFolder(world.env), answers, world.cwd);
  const folder = absolutePath(answers.checkpoints, world.cwd);
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
