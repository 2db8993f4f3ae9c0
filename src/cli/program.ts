import {Command, CommanderError} from 'commander';
import {refuse} from '../app/answer.js';
import type {ExitCode, Stream, Terminal} from '../app/terminal.js';
import {printVersion} from '../app/version.js';
import {accidentOf} from '../base/accident.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {palette} from '../render/palette.js';
import {commandTable} from './command-table.js';

/**
 * From arguments to exit code. Only the command that is called gets loaded, so that `--help` and a run with nothing to do
 * stay fast. Every exception that is neither a `SidestepError` nor the system's refusal is a bug of ours and shows its stack.
 */
export async function program(outer: Terminal, typed: readonly string[]): Promise<ExitCode> {
  const {terminal, argv} = withPlain(withProfile(outer, typed));
  const json = wantsJson(argv);
  let code: ExitCode = 0;
  const words = await wordsOf(terminal, argv);
  const root = rootCommand({...terminal, leave: (chosen) => (code = chosen)}, words);
  try {
    if (isVersionRequest(argv)) return await printVersion(terminal, {json});
    await (await root).parseAsync([...words], {from: 'user'});
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.help') return 2; // a bare `sidestep`: the help it printed is the answer
      return error.exitCode === 0 ? 0 : refuse(terminal, {json}, [await usageProblem(error, argv)]);
    }
    if (error instanceof SidestepError) return refuse(terminal, {json}, [error.problem]);
    const accident = accidentOf(error);
    if (accident !== undefined) return refuse(terminal, {json}, [accident]);
    terminal.stderr.write(defectText(error));
    return 1;
  }
}

/** `--profile NAME` holds for every command that reads a pipeline, wherever it is. */
function withProfile(terminal: Terminal, argv: readonly string[]): Called {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const at = argv.findIndex((word, index) => index < end && /^--profile(=|$)/.test(word));
  if (at === -1) return {terminal, argv};
  const [, inline] = /^--profile=(.*)$/.exec(argv[at]!) ?? [];
  const SIDESTEP_PROFILE = inline ?? argv[at + 1];
  if (SIDESTEP_PROFILE === undefined) return {terminal, argv}; // commander says what is missing
  const rest = [...argv.slice(0, at), ...argv.slice(at + (inline === undefined ? 2 : 1))];
  return {terminal: {...terminal, env: {...terminal.env, SIDESTEP_PROFILE}}, argv: rest};
}

/** Commands with a live view: their `--plain` says more than that nothing is drawn. */
const LIVE: ReadonlySet<string> = new Set(['run', 'watch', 'attach', 'generate', 'reproduce', 'ci']);

interface Called {
  readonly terminal: Terminal;
  readonly argv: readonly string[];
}

/**
 * `--plain` holds for every command, wherever it stands: what is shown is what a file would get. Only the wizard, which asks, goes on
 * asking.
 */
function withPlain({terminal, argv}: Called): Called {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const isFlag = (word: string, index: number) => index < end && word === '--plain';
  if (!argv.some(isFlag)) return {terminal, argv};
  const words = argv.filter((word, index) => !isFlag(word, index));
  const at = words.findIndex((word) => !word.startsWith('-'));
  const command = words[at] ?? '';
  if (LIVE.has(command)) return {terminal, argv: words.toSpliced(at + 1, 0, '--plain')};
  const plain = (stream: Stream): Stream => ({
    ...stream,
    kind: command === 'init' ? stream.kind : 'other',
    colours: palette('plain'),
  });
  return {
    terminal: {...terminal, stdout: plain(terminal.stdout), stderr: plain(terminal.stderr)},
    argv: words,
  };
}

/** A bare `sidestep` in a folder without a pipeline, with somebody there to answer, is the wizard. */
async function wordsOf(terminal: Terminal, argv: readonly string[]): Promise<readonly string[]> {
  if (argv.length > 0) return argv;
  const {startsWizard} = await import('./init.js');
  return startsWizard(terminal) ? ['init'] : argv;
}

function defectText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a defect of sidestep, not of your files. Please report it with these lines:\n${stack}\n`;
}

async function rootCommand(terminal: Terminal, argv: readonly string[]): Promise<Command> {
  const root = new Command('sidestep')
    .description('Fine-tune ACE-Step 1.5 music models from one YAML file.')
    .usage('<command> [options]')
    .option('-V, --version', 'print the version (with --json: of every part)')
    .option('--no-color', 'no colours (NO_COLOR and FORCE_COLOR are respected too)')
    .option('--profile <name>', 'take the values of this profile of the pipeline (as SIDESTEP_PROFILE does)')
    .addHelpText('after', ROOT_EXAMPLES);
  const called = commandTable.find(({name}) => name === argv.find((word) => !word.startsWith('-')));
  // Commander gives an option that both have to the root, and the command would never hear of it.
  if (called === undefined || !LIVE.has(called.name))
    root.option('--plain', 'for every command: no drawing, no colours; what a file would get');
  const helped = argv[0] === 'help' ? commandTable.find(({name}) => name === argv[1]) : undefined;
  for (const row of commandTable) {
    if (row === called || row === helped) root.addCommand((await row.load())(terminal));
    else root.command(row.name).description(row.summary);
  }
  quieten(root, terminal);
  return root;
}

/** Commander throws in place of leaving, and says on our streams what it has to say; errors are worded by us. */
function quieten(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stdout.write(text), // help for a bare `sidestep`
    outputError: () => {},
    getOutHelpWidth: () => Math.min(terminal.stdout.columns() ?? 100, 100),
    getErrHelpWidth: () => Math.min(terminal.stdout.columns() ?? 100, 100),
    getOutHasColors: () => terminal.stdout.colours.bold('x') !== 'x',
  });
  for (const child of command.commands) quieten(child, terminal);
}

async function usageProblem(error: CommanderError, argv: readonly string[]): Promise<Problem> {
  const called = commandTable.find(({name}) => name === argv[0]);
  const help = `\`sidestep ${called === undefined ? '' : `${called.name} `}--help\` shows what is possible.`;
  const message = error.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .trim();
  const [, option] = /^unknown option '([^']+)'/.exec(message) ?? [];
  const settings = option === undefined ? undefined : await import('./setting-hint.js');
  const upstream =
    error.code === 'commander.unknownCommand' && called === undefined
      ? await (await import('../migrate/command-hint.js')).commandHint(argv)
      : undefined;
  return {
    code: error.code
      .replace('commander.', 'usage/')
      .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    message: upstream === undefined ? message : message.replace(/ \(Did you mean [^)]*\)/, ''),
    hint: upstream ?? settings?.settingHint(argv, option!) ?? help,
  };
}

/** Known before the arguments are parsed, since an error in them is to be told as JSON as well. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

function isVersionRequest(argv: readonly string[]): boolean {
  return argv[0] === '--version' || argv[0] === '-V' || (argv[0] === '--json' && argv[1] === '--version');
}

const ROOT_EXAMPLES = `
Examples:
  $ sidestep run                        run ./pipeline.yaml; what is done already is not done again
  $ sidestep plan my.yaml               what would run, and why
  $ sidestep run --set train.epochs=20  the same with another value
  $ sidestep doctor                     is this machine ready?

Exit codes: 0 done, 1 a stage failed, 2 bad usage or configuration, 3 stale under --frozen or --check, 130 interrupted.`;
