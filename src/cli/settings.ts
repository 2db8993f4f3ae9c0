import {Command} from 'commander';
import {type AnswerOptions, answer, refuse} from '../app/answer.js';
import {editSettings, settingsPath, settingWords, writeSettings} from '../app/settings-file.js';
import type {ExitCode, Terminal} from '../app/terminal.js';
import {isFileError} from '../base/durable.js';
import type {Json} from '../base/json.js';
import {rename} from '../base/rename.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import {isListed} from '../format/user-file.js';
import {readUserDocument} from '../format/user-text.js';

export function settingsCommand(terminal: Terminal): Command {
  const settings = new Command('settings')
    .description(
      'Your own settings, for all pipelines on this machine: a YAML file in the folder your system keeps such files in.',
    )
    .addHelpText('after', EXAMPLES);
  settings
    .command('get')
    .description('Print one setting, or all of them.')
    .argument('[key]', 'dotted path, such as defaults.device')
    .option('--json', 'print one JSON document')
    .action(async (key: string | undefined, options: AnswerOptions) =>
      terminal.leave(await get(terminal, key, options)),
    );
  settings
    .command('set')
    .description('Change one setting; comments in the file stay.')
    .argument('<key>', 'dotted path, such as cache.max_size_gb')
    .argument('<value>', 'YAML: 50, true, [a, b], text')
    .action(async (key: string, value: string) => terminal.leave(await change(terminal, key, value)));
  settings
    .command('path')
    .description('Print where the settings file is, or would be.')
    .action(() => terminal.stdout.write(`${settingsPath(userFolder(terminal.env))}\n`));
  settings
    .command('reset')
    .description('Forget one setting, or all of them (the old file is kept beside it as settings.yaml.old).')
    .argument('[key]', 'dotted path')
    .action(async (key: string | undefined) => terminal.leave(await reset(terminal, key)));
  return settings;
}

async function get(terminal: Terminal, key: string | undefined, options: AnswerOptions): Promise<ExitCode> {
  const loaded = await loadSettings(userFolder(terminal.env));
  if (!loaded.ok) return refuse(terminal, options, loaded.problems);
  const value =
    key === undefined ? loaded.value.values : lookUp(loaded.value.values as Json, settingWords(key));
  answer(terminal, options, {
    kind: 'settings',
    document: () => ({path: loaded.value.path ?? null, key: key ?? null, value: value ?? null}),
    text: () =>
      value === undefined
        ? ''
        : `${typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}\n`,
  });
  return 0;
}

function lookUp(value: Json | undefined, words: readonly string[]): Json | undefined {
  const [word, ...rest] = words;
  if (word === undefined) return value;
  const inner =
    typeof value === 'object' && value !== null ? (value as {[key: string]: Json})[word] : undefined;
  return inner === undefined ? undefined : lookUp(inner, rest);
}

async function change(terminal: Terminal, key: string, value: string | undefined): Promise<ExitCode> {
  const file = settingsPath(userFolder(terminal.env));
  const text = await textOf(file);
  const edited = editSettings(file, text, key, value);
  if (!edited.ok) return refuse(terminal, {}, edited.problems);
  if (edited.value !== text) await writeSettings(file, edited.value);
  return 0;
}

async function reset(terminal: Terminal, key: string | undefined): Promise<ExitCode> {
  if (key !== undefined) return change(terminal, key, undefined);
  const file = settingsPath(userFolder(terminal.env));
  try {
    await rename(file, `${file}.old`);
  } catch (error) {
    if (!isFileError(error, 'ENOENT')) throw error; // nothing to forget
  }
  return 0;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readUserDocument(file);
  } catch (error) {
    if (!isListed(file)) return '';
    throw error;
  }
}

const EXAMPLES = `
Examples:
  $ sidestep settings                              what can be done with them
  $ sidestep settings set checkpoint_dir ~/models
  $ sidestep settings set defaults.device cuda:1
  $ sidestep settings get defaults.device
  $ sidestep settings reset defaults.device
  $ $EDITOR "$(sidestep settings path)"`;
