import {existsSync} from 'node:fs';
import {relative, resolve} from 'node:path';
import {Command} from 'commander';
import {answer, refuse, warn} from '../app/answer.js';
import {nextCommand} from '../app/next-command.js';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {editSettings, settingsPath, writeSettings} from '../app/settings-file.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {packageVersion} from '../app/version.js';
import {isFileError} from '../base/durable.js';
import {ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {userFolder} from '../config/folders.js';
import {absolutePath, loadSettings, type Settings} from '../config/user/settings.js';
import {isListed} from '../format/user-file.js';
import {readUserDocument} from '../format/user-text.js';
import type {SomeAnswers} from '../wizard/answers.js';
import {clackPrompter} from '../wizard/clack-prompter.js';
import {
  type Composing,
  type Composition,
  compose,
  type Prediction,
  predict,
  predictionDocument,
  summaryOf,
} from '../wizard/composition.js';
import {type Agreement, converse} from '../wizard/conversation.js';
import {addInitOptions, givenIn, type InitOptions} from '../wizard/flags.js';
import {knownOf} from '../wizard/known.js';
import {keepSession} from '../wizard/last-session.js';
import {linePrompter} from '../wizard/line-prompter.js';
import {observeMachine} from '../wizard/machine.js';
import {type ProjectFile, writeProjectFiles} from '../wizard/project-files.js';
import {replacedProblem} from '../wizard/replaced.js';
import {session} from '../wizard/session.js';
import {type Prompter, takeDefaults} from '../wizard/wizard.js';
import {commandTable} from './command-table.js';
import {savePreset} from './preset-file.js';

export function initCommand(terminal: Terminal): Command {
  const command = new Command('init')
    .description(
      'Ask what is needed and write a commented pipeline file. Every answer can be given as an option; without a terminal nothing is asked.',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: InitOptions) => terminal.leave(await init(terminal, options)));
  return addInitOptions(command);
}

async function init(terminal: Terminal, options: InitOptions): Promise<ExitCode> {
  const path = resolve(terminal.cwd, options.output);
  if (existsSync(path) && options.force !== true) return refuse(terminal, options, [exists(options.output)]);
  const given = givenIn(options);
  if (!given.ok) return refuse(terminal, options, given.problems);
  const replaced = isListed(path) ? replacedProblem(options.output, await readUserDocument(path)) : undefined;
  if (replaced !== undefined) warn(terminal, options, [replaced]);
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return refuse(terminal, options, settings.problems);
  const machine = await observeMachine(terminal, settings.value);
  const known = await knownOf(terminal, {
    settings: settings.value,
    machine,
    file: path,
    asks: canAsk(terminal, options),
  });
  const composing = {terminal, path, settings: settings.value, machine, known};
  const prompter = canAsk(terminal, options) ? await prompterFor(terminal) : undefined;
  prompter?.note(`sidestep ${await packageVersion()}`);
  const agreed =
    prompter === undefined
      ? await agreeByFlags(composing, given.value, options)
      : await converse({given: given.value, known, prompter}, composing, options.output);
  if (!agreed.ok) return refuse(terminal, options, agreed.problems);
  if (agreed.value === undefined) return 130;
  const {composition, prediction, next} = agreed.value;
  await writeUserFile(path, composition.text);
  await remember(terminal, settings.value, composition).catch((error: unknown) => {
    if (!isFileError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST')) throw error;
    terminal.stderr.write(`The answers could not be kept for next time: ${error.message}\n`);
  });
  if (agreed.value.keep_preset === true)
    await keepAsPreset(terminal, {pipeline: path, name: composition.answers.name}, prompter!);
  const start = options.run === true ? 'run' : next;
  const wanted = options.projectFiles === true || agreed.value.project_files === true;
  const checkpoints = absolutePath(composition.answers.checkpoints, terminal.cwd);
  const files = wanted ? await writeProjectFiles(path, checkpoints) : [];
  return finish(terminal, {path, files, start, prediction, prompter}, options);
}

/** No one is asked: flags, defaults, and a summary for the reader of the output. */
async function agreeByFlags(
  composing: Composing,
  given: SomeAnswers,
  options: InitOptions,
): Promise<Result<Agreement>> {
  const answers = await takeDefaults(given, composing.known);
  if (!answers.ok) return answers;
  const composition = await compose(answers.value, composing);
  if (!composition.ok) return composition;
  const prediction = await predict(composition.value, composing);
  if (options.json !== true)
    composing.terminal.stdout.write(`${await summaryOf(composition.value, prediction, composing)}\n`);
  return ok({composition: composition.value, prediction, next: 'leave'});
}

/** A terminal that cannot move its cursor gets lines alone. */
async function prompterFor(terminal: Terminal): Promise<Prompter> {
  return terminal.env.TERM === 'dumb' ? linePrompter(terminal) : clackPrompter(terminal);
}

/** Asks until it has a name that can be taken; the pipeline is written whatever comes of it. */
async function keepAsPreset(
  terminal: Terminal,
  {pipeline, name: suggestion}: {readonly pipeline: string; readonly name: string},
  prompter: Prompter,
): Promise<void> {
  for (;;) {
    const reply = await prompter.text('A name for the preset?', suggestion);
    if (reply.kind !== 'answer') return;
    const saved = await savePreset(terminal, {
      name: reply.value,
      stage: 'train',
      pipeline,
      set: [],
      description: '',
    });
    if (saved.ok) return prompter.note(`kept as a preset: ${saved.value.trimEnd()}`);
    for (const problem of saved.problems) prompter.complain(problem);
  }
}

function canAsk(terminal: Terminal, options: Pick<InitOptions, 'yes' | 'json'>): boolean {
  if (options.yes === true || options.json === true || terminal.env.CI) return false;
  return process.stdin.isTTY === true && terminal.stdout.kind === 'terminal';
}

/** What is to be done once the file is there. */
interface Written {
  readonly path: string;
  readonly files: readonly ProjectFile[];
  readonly start: 'run' | 'leave';
  readonly prediction: Prediction | undefined;
  readonly prompter: Prompter | undefined;
}

async function finish(
  terminal: Terminal,
  {path, files, start, prediction, prompter}: Written,
  options: InitOptions,
): Promise<ExitCode> {
  const file = relative(terminal.cwd, path);
  answer(terminal, options, {
    kind: 'init',
    document: () => ({
      path,
      project_files: files.map(({because, ...file}) => ({...file, because: because ?? null})),
      prediction: prediction === undefined ? null : predictionDocument(prediction),
      next: nextCommand(terminal, ['run', file]),
    }),
    text: (colours) =>
      `${colours.green('✔')} wrote ${file}\n${files.map((each) => fileText(each, terminal.cwd)).join('')}${colours.cyan('next:')} ${nextCommand(terminal, ['plan', file])}   then   ${nextCommand(terminal, ['run', file])}\n`,
  });
  if (start === 'leave') return 0;
  if (prompter !== undefined) return session(terminal, file, prompter, perform);
  let code: ExitCode = 0;
  const {runCommand} = await import('./run.js');
  const command = runCommand({
    ...terminal,
    leave: (chosen) => {
      code = chosen;
    },
  });
  await command.parseAsync([file, ...(options.json === true ? ['--json'] : [])], {from: 'user'});
  return code;
}

function fileText({path, did, because}: ProjectFile, cwd: string): string {
  const words = {written: 'wrote', extended: 'added to', left: 'left as it is:'}[did];
  return `  ${words} ${relative(cwd, path)}${because === undefined ? '' : ` (${because})`}\n`;
}

/** The checkpoint folder is a setting, which other commands use as well; the other answers are proposed next time. */
async function remember(terminal: Terminal, settings: Settings, composition: Composition): Promise<void> {
  await keepSession(userFolder(terminal.env), composition, terminal.cwd);
  const folder = absolutePath(composition.answers.checkpoints, terminal.cwd);
  if (settings.values.checkpoint_dir === folder) return;
  const file = settingsPath(userFolder(terminal.env));
  const text = isListed(file) ? await readUserDocument(file) : '';
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
export function startsWizard(terminal: Terminal): boolean {
  return canAsk(terminal, {}) && !existsSync(resolve(terminal.cwd, DEFAULT_PIPELINE));
}

const EXAMPLES = `
Examples:
  $ sidestep init
  $ sidestep init --yes --checkpoints ./checkpoints --songs ./my_audio
  $ sidestep init --songs ./my_audio --adapter lokr --rank 32 --output lokr.yaml --run
  $ sidestep init --yes --checkpoints ./checkpoints --songs ./my_audio --project-files
  $ sidestep init --songs ./my_audio --set train.optimizer.type=prodigy --set latents.max_duration=120

docs/wizard.md lists every question with its option.`;

async function perform(terminal: Terminal, [name, ...words]: readonly string[]): Promise<void> {
  const command = (await commandTable.find((row) => row.name === name)!.load())(terminal);
  await command.parseAsync(words, {from: 'user'});
}
