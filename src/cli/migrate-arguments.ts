import type {Json} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {type FlagTable, keySchemas, type UpstreamFlag} from './upstream-flags.js';

/** One key that upstream's words set, with the words, for the comment behind it. */
export interface MigratedSetting {
  readonly stage: string | undefined;
  readonly key: string;
  readonly value: Json;
  readonly from: string;
}

export interface Migrated {
  readonly subcommand: string;
  readonly settings: readonly MigratedSetting[];
  /** What was left out, and why that is right. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** A flag with its arguments as it stands on the line. */
interface Given {
  readonly flag: string;
  readonly words: readonly string[];
}

/** Which tables a subcommand's flags are looked up in, in this order. */
const sections: Readonly<Record<string, readonly string[]>> = {
  estimate: ['estimate', 'train'],
  analyze: ['analyze', 'train'],
};

const LAUNCHERS = /^(python[\d.]*|uv|run|poetry|sudo|\.?\/?[\w./\\-]*\.py|sidestep|-m)$/;

/** Pure: upstream's command line to keys. Every unknown flag, bad value and word is a problem; all are told at once. */
export function migrateArguments(line: readonly string[], table: FlagTable): Migrated {
  const words = line.filter((word) => !LAUNCHERS.test(word));
  const subcommand = words.find((word) => Object.hasOwn(table.subcommands!, word)) ?? 'train';
  const known = Object.assign(
    {},
    ...(sections[subcommand] ?? ['train']).toReversed().map((section) => table[section]),
  ) as Record<string, UpstreamFlag>;
  const {given, strays} = splitLine(
    words.toSpliced(words.indexOf(subcommand), words.includes(subcommand) ? 1 : 0),
    known,
  );
  return convert(given, {subcommand, known, strays, meaning: table.subcommands![subcommand]!});
}

/** Pure: an upstream preset's JSON object; its keys are the flags' names with underscores. */
export function migratePreset(preset: Readonly<Record<string, Json>>, table: FlagTable): Migrated {
  const known = table.train!;
  const given = Object.entries(preset).flatMap(([key, value]): Given[] => {
    if (key === 'name' || key === 'description' || value === null) return [];
    const name = `--${key.replace(/_str$/, '').replaceAll('_', '-')}`;
    if (value === false)
      return [{flag: name.replace('--', '--no-'), words: []}].filter(({flag}) => flag in known);
    const words = value === true ? [] : Array.isArray(value) ? value.map(String) : String(value).split(' ');
    return [{flag: name, words}];
  });
  return convert(given, {subcommand: 'train', known, strays: [], meaning: {stage: 'train'}});
}

interface Context {
  readonly subcommand: string;
  readonly known: Readonly<Record<string, UpstreamFlag>>;
  readonly strays: readonly string[];
  readonly meaning: UpstreamFlag;
}

function splitLine(words: readonly string[], known: Context['known']) {
  const given: {flag: string; words: string[]}[] = [];
  const strays: string[] = [];
  for (const word of words) {
    const last = given.at(-1);
    if (isFlag(word)) {
      const [flag, inline] = word.split(/=(.*)/s) as [string, string | undefined];
      given.push({flag, words: inline === undefined ? [] : [inline]});
    } else if (last !== undefined && takesMore(known[last.flag], last.words.length)) last.words.push(word);
    else strays.push(word);
  }
  return {given, strays};
}

function isFlag(word: string): boolean {
  return /^--?[A-Za-z]/.test(word);
}

function takesMore(flag: UpstreamFlag | undefined, have: number): boolean {
  if (flag === undefined || flag.reason !== undefined || flag.list === true) return true;
  return flag.value === undefined && flag.command === undefined && have === 0;
}

function convert(given: readonly Given[], context: Context): Migrated {
  const adapter = adapterType(given);
  const results = given.map((each) => convertOne(each, {...context, adapter}));
  const {subcommand, strays, meaning} = context;
  const mode: MigratedSetting[] =
    meaning.value === undefined || meaning.key === undefined
      ? []
      : [{stage: meaning.stage, key: meaning.key, value: meaning.value, from: subcommand}];
  return {
    subcommand,
    settings: [...mode, ...results.flatMap(({setting}) => setting ?? [])],
    notes: results.flatMap(({note}) => note ?? []),
    problems: [...strays.map(strayWord), ...results.flatMap(({problem}) => problem ?? [])],
  };
}

interface One {
  readonly setting?: MigratedSetting;
  readonly note?: string;
  readonly problem?: Problem;
}

function convertOne({flag, words}: Given, {known, adapter}: Context & {adapter: string}): One {
  const entry = known[flag];
  const from = [flag, ...words].join(' ');
  if (entry === undefined) return {problem: unknownFlag(flag, Object.keys(known))};
  if (entry.reason !== undefined) return {note: `${flag}: ${entry.reason}`};
  if (entry.command !== undefined) return {note: `${flag}: ${entry.command}`};
  const missed = missesAdapter(flag, entry, adapter);
  if (missed !== undefined) return {note: `${flag}: ${missed}`};
  if (entry.value === undefined && words.length === 0)
    return {problem: {code: 'migrate/missing-value', message: `${flag} needs a value`}};
  if (entry.zero === 'unset' && Number(words[0]) === 0)
    return {note: `${flag} 0: stands for none, which is an absent key here`};
  const value = migratedValue(entry, words, adapter);
  return typeof value === 'object' && value !== null && 'unknown' in value
    ? {problem: unknownValue(flag, String(value.unknown), Object.keys(entry.values!))}
    : {setting: {stage: entry.stage, key: entry.key!, value: value as Json, from}};
}

/** Flags of one adapter type are without effect for another, as they are upstream. */
function missesAdapter(flag: string, entry: UpstreamFlag, adapter: string): string | undefined {
  if (entry.adapter !== undefined && entry.adapter !== adapter)
    return `without effect for ${adapter} adapters`;
  const ofLycoris = adapter === 'lokr' || adapter === 'loha';
  if (ofLycoris && ['--rank', '-r', '--alpha'].includes(flag))
    return `upstream's ${adapter} takes --${adapter}-linear-${flag === '--alpha' ? 'alpha' : 'dim'} and not this`;
  return keySchemas(entry, adapter).length === 0
    ? `there is no such setting for ${adapter} adapters`
    : undefined;
}

function migratedValue(
  entry: UpstreamFlag,
  words: readonly string[],
  adapter: string,
): Json | {unknown: string} {
  if (entry.value !== undefined) return entry.value;
  if (entry.list === true) return words.flatMap((word) => word.split(/[\s,]+/));
  const [word] = words as [string];
  if (entry.values !== undefined)
    return Object.hasOwn(entry.values, word) ? entry.values[word]! : {unknown: word};
  const isText = keySchemas(entry, adapter).every(({type}) => type === 'string');
  return isText || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? word : Number(word);
}

function adapterType(given: readonly Given[]): string {
  if (given.some(({flag}) => flag === '--use-dora')) return 'dora';
  return given.findLast(({flag}) => flag === '--adapter-type')?.words[0] ?? 'lora';
}

function unknownFlag(flag: string, known: readonly string[]): Problem {
  return {
    code: 'migrate/unknown-flag',
    message: `${flag} is no flag of upstream that is known here`,
    hint: didYouMean(flag, known) ?? 'docs/upstream-flags.md lists them all.',
  };
}

function unknownValue(flag: string, value: string, known: readonly string[]): Problem {
  return {
    code: 'migrate/unknown-value',
    message: `${flag} has no value ${value}`,
    hint: didYouMean(value, known) ?? `Its values: ${listed(known)}.`,
  };
}

function strayWord(word: string): Problem {
  return {
    code: 'migrate/stray-word',
    message: `${JSON.stringify(word)} belongs to no flag`,
    hint: 'Quote values that hold spaces.',
  };
}
