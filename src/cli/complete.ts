import {readdir} from 'node:fs/promises';
import {resolve} from 'node:path';
import type {Argument, Command, Option} from 'commander';
import type {Terminal} from '../app/terminal.js';
import {commandTable} from './command-table.js';
import {experiments, presetNames, profiles, runIds, settings, songs, stageIds} from './completed-values.js';

/**
 * What may come next after `words` (those after `sidestep`; the last is unfinished, perhaps empty). Never throws: a
 * broken pipeline file has no stages to offer.
 */
export async function candidates(terminal: Terminal, words: readonly string[]): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const typed = words.slice(0, -1);
  if (typed.at(-1) === '--profile') return beginning(current, await profiles(terminal, typed));
  if (current.startsWith('--profile='))
    return beginning(
      current,
      (await profiles(terminal, typed)).map((name) => `--profile=${name}`),
    );
  const before = withoutProfile(typed);
  const command = await commandOf(terminal, before);
  const offers =
    command === undefined
      ? commandTable.map(({name}) => name)
      : await offersOf(command, before, current, terminal);
  const all = current.startsWith('-') ? [...optionNames(command), '--help'] : offers;
  return beginning(current, all);
}

function beginning(current: string, all: readonly string[]): string[] {
  return [...new Set(all)].filter((candidate) => candidate.startsWith(current)).sort();
}

/** `--profile NAME` may be anywhere, before the command as well. */
function withoutProfile(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== '--profile' && words[index - 1] !== '--profile');
}

/** The innermost command that the finished words name. */
async function commandOf(terminal: Terminal, before: readonly string[]): Promise<Command | undefined> {
  const [first, second] = before.filter((word) => !word.startsWith('-'));
  const row = commandTable.find(({name}) => name === first);
  if (row === undefined) return undefined;
  const command = (await row.load())(terminal);
  return command.commands.find((child) => child.name() === second) ?? command;
}

async function offersOf(
  command: Command,
  before: readonly string[],
  current: string,
  terminal: Terminal,
): Promise<string[]> {
  const last = before.at(-1);
  const option = command.options.find(
    ({long, short}) => last !== undefined && (long === last || short === last),
  );
  if (option !== undefined && (option.required || option.optional))
    return valuesOf(option, {before, current, terminal});
  const named =
    before.filter((word, index) => !word.startsWith('-') && !isValue(before[index - 1], command)).length -
    depth(command);
  const argument = command.registeredArguments[Math.min(named, command.registeredArguments.length - 1)];
  const children = command.commands.map((child) => child.name());
  return [
    ...children,
    ...(argument === undefined ? [] : await argumentsFor(argument, before, current, terminal)),
  ];
}

/** Is there an option before it that takes a value? */
function isValue(before: string | undefined, {options}: Command): boolean {
  return options.some(
    ({long, short, required}) => required && before !== undefined && [long, short].includes(before),
  );
}

interface Line {
  readonly before: readonly string[];
  readonly current: string;
  readonly terminal: Terminal;
}

async function valuesOf(option: Option, line: Line): Promise<string[]> {
  if (option.argChoices !== undefined) return option.argChoices;
  if (/<stage>|\[stage\]/.test(option.flags)) return stageIds(line.terminal, line.before);
  if (option.long === '--set') return settings(line.terminal, line.before, line.current);
  return /<experiment>/.test(option.flags) ? experiments(line.terminal) : [];
}

async function argumentsFor(
  argument: Argument,
  before: readonly string[],
  current: string,
  terminal: Terminal,
) {
  if (argument.argChoices !== undefined) return argument.argChoices.filter((choice) => choice !== 'words');
  switch (argument.name()) {
    case 'stage':
      return stageIds(terminal, before);
    case 'pipeline':
      return pipelineFiles(terminal, current);
    case 'preset':
      return presetNames(terminal);
    case 'name':
      return before.includes('sample') ? songs(terminal, before) : [];
    case 'names':
      return [...(await experiments(terminal)), ...(await runIds(terminal))];
    case 'a':
    case 'b':
    case 'run':
    case 'runs':
      return ['last', ...(await experiments(terminal)), ...(await runIds(terminal))];
    default:
      return [];
  }
}

function optionNames(command: Command | undefined): string[] {
  const own = (command?.options ?? []).flatMap(({long}) => (long == null ? [] : [long]));
  const readsPipelines = command?.registeredArguments.some((argument) =>
    /^pipelines?$/.test(argument.name()),
  );
  return command === undefined || readsPipelines ? [...own, '--profile'] : own;
}

function depth(command: Command): number {
  return command.parent === null ? 1 : 2;
}

async function pipelineFiles(terminal: Terminal, current: string): Promise<string[]> {
  const folder = current.slice(0, current.lastIndexOf('/') + 1);
  try {
    const names = await readdir(resolve(terminal.cwd, folder), {withFileTypes: true});
    return names.flatMap((each) => {
      if (each.isDirectory()) return each.name.startsWith('.') ? [] : [`${folder}${each.name}/`];
      return /\.ya?ml$/.test(each.name) && !/\.lock\.ya?ml$/.test(each.name) ? [`${folder}${each.name}`] : [];
    });
  } catch {
    return [];
  }
}
