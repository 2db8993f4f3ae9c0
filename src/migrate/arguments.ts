import {basename, dirname, extname} from 'node:path';
import type {Json} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {isAdapterKind, isLowRank, ownLayout} from '../stage/adapter-kinds.js';
import {upstreamLine} from './line.js';
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
  /** The stage type that the line is for; undefined when it makes no pipeline. */
  readonly makes: string | undefined;
  /** The command to use where the line makes no pipeline. */
  readonly command?: string;
  readonly settings: readonly MigratedSetting[];
  /** What was left out or is different, and why that is right. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** A flag with its arguments as it is on the line. */
interface Given {
  readonly flag: string;
  readonly words: readonly string[];
  /** In place of the flag, in the comment behind the key. */
  readonly from?: string;
}

/** Which tables a subcommand's flags are looked up in, in this order. */
const sections: Readonly<Record<string, readonly string[]>> = {
  estimate: ['estimate', 'train'],
  analyze: ['analyze', 'train'],
  fisher: ['analyze', 'train'],
  preprocess: ['preprocess', 'train'],
  dataset: ['dataset'],
  'build-dataset': ['dataset'],
  export: ['export'],
  convert: ['export'],
};

/** What a line says apart from its words. */
export interface LineFacts {
  /** What the file of `--config` holds. */
  readonly config?: Readonly<Record<string, Json>>;
  /** Whether there is such a file, from where the line is used. */
  readonly hasFile?: (path: string) => boolean;
}

/**
 * Pure: upstream's command line to keys, with its own defaults where the line is one of Side-Step 1.x. Every unknown flag,
 * bad value and word is a problem; all are reported at once.
 */
export function migrateArguments(
  line: readonly string[],
  table: FlagTable,
  {config = {}, hasFile = () => false}: LineFacts = {},
): Migrated {
  const {subcommand, words, program} = upstreamLine(line, table);
  const meaning = table.subcommands![subcommand]!;
  const known = Object.assign(
    {},
    ...(sections[subcommand] ?? ['train']).toReversed().map((section) => table[section]),
  ) as Record<string, UpstreamFlag>;
  const {given, strays} = splitLine(words, known, meaning.positional);
  const configured = givenIn(config, known);
  const said = [...configured.given, ...given];
  const migrated = convert([...(program === 'side_step_1' ? defaultsOf(known, said) : []), ...said], {
    subcommand,
    known,
    strays,
    meaning: program === 'side_step_1' && subcommand === 'fixed' ? {stage: 'train'} : meaning,
  });
  const makes = onlyPreprocesses(said) ? 'preprocess.pass1' : meaning.stage;
  const ranks = makes === 'train' ? fisherRanks(migrated, said, hasFile) : {settings: [], notes: []};
  const command = commandFor(meaning, given);
  return {
    ...migrated,
    makes,
    ...(command === undefined ? {} : {command}),
    settings: [...migrated.settings, ...ranks.settings],
    notes: [...configured.notes, ...migrated.notes, ...ranks.notes],
  };
}

/** Of a subcommand that is a command here: that, with what the line gives it. */
function commandFor({command, arguments: words}: UpstreamFlag, given: readonly Given[]): string | undefined {
  const files = given.filter(({flag}) => flag === words).flatMap((each) => each.words);
  return command === undefined ? undefined : [command, ...files].join(' ');
}

/** Side-Step takes the ranks that an analysis left beside the tensors, without being asked. */
function fisherRanks(
  {settings}: Pick<Migrated, 'settings'>,
  given: readonly Given[],
  hasFile: (path: string) => boolean,
): Pick<Migrated, 'settings' | 'notes'> {
  const none = {settings: [], notes: []};
  const folder = settings.findLast(({stage, key}) => stage === 'train' && key === 'tensors')?.value;
  const selects = settings.some(({key}) => key.startsWith('adapter.selection'));
  const ignored = given.some(({flag}) => flag === '--ignore-fisher-map');
  if (typeof folder !== 'string' || selects || ignored) return none;
  if (!isLowRank(adapterType(given)) || !hasFile(`${folder}/${FISHER_MAP}`)) return none;
  const from = `${FISHER_MAP} is beside the tensors`;
  return {
    settings: [
      {stage: 'train', key: 'adapter.selection.estimate', value: `${folder}/${FISHER_MAP}`, from},
      {stage: 'train', key: 'adapter.selection.use', value: 'ranks', from},
    ],
    notes: [
      `${FISHER_MAP}: modules without a rank in it are not adapted; Side-Step gives them the smallest one`,
    ],
  };
}

const FISHER_MAP = 'fisher_map.json';

/** `--preprocess` alone, without what a training reads and writes, is the whole work of a line. */
function onlyPreprocesses(given: readonly Given[]): boolean {
  const has = (...flags: readonly string[]) => given.some(({flag}) => flags.includes(flag));
  return (
    has('--preprocess-only') || (has('--preprocess') && !has('--dataset-dir', '-d', '--output-dir', '-o'))
  );
}

/** What Side-Step does where the line says nothing, as if it had said so; what it says comes later and is stronger. */
function defaultsOf(known: Context['known'], said: readonly Given[]): Given[] {
  const adapter = adapterType(said);
  return Object.entries(known).flatMap(([flag, entry]): Given[] => {
    const isFor = entry.default !== undefined && missesAdapter(flag, entry, adapter) === undefined;
    if (!isFor) return [];
    const words = entry.value === undefined ? [String(entry.default)] : [];
    return [{flag, words, from: "Side-Step's default"}];
  });
}

/** Keys as Side-Step writes them into its JSON files: its window's, and those that are beside its checkpoints. */
const CONFIG_KEYS: Readonly<Record<string, string>> = {
  gradient_accumulation_steps: 'gradient_accumulation',
  max_epochs: 'epochs',
  save_every_n_epochs: 'save_every',
  r: 'rank',
  lora_alpha: 'alpha',
  lora_dropout: 'dropout',
  grad_accum: 'gradient_accumulation',
  scheduler: 'scheduler_type',
  early_stop: 'early_stop_patience',
  projections: 'target_modules',
  self_projections: 'self_target_modules',
  cross_projections: 'cross_target_modules',
};
/** Keys of such a file that say nothing about a training, or what another key says. */
const CONFIG_NOISE =
  /^(_.*|config|subcommand|yes|plain|preprocess|preprocess_only|use_dora|gui|is_turbo|mixed_precision|pin_memory_device|vram_profile|data_proportion|log_every_n_steps|tensor_output|fisher_.*|convergence_patience|timestep_focus|rank_m(in|ax)|bypass_mode|unbalanced_factorization|full_matrix|rs_lora)$/;
/** Of LyCORIS' adapters: keys whose flags begin with the adapter's name. */
const OF_ADAPTER =
  /^(linear_dim|linear_alpha|factor|decompose_both|use_tucker|use_scalar|weight_decompose|block_size|coft|eps)$/;

/** The values of a `--config` file; as upstream does, keys that it does not know are named and left out. */
function givenIn(config: Readonly<Record<string, Json>>, known: Context['known']) {
  const entries = Object.entries(config).filter(
    ([key, value]) => !CONFIG_NOISE.test(key) && value !== '' && value !== null,
  );
  const flagKey = (key: string) => {
    if (OF_ADAPTER.test(key)) return `${String(config.adapter_type)}_${key}`;
    return Object.hasOwn(CONFIG_KEYS, key) ? CONFIG_KEYS[key]! : key;
  };
  const all = entries.flatMap(([key, value]) => givenBy(flagKey(key), value, known));
  return {
    given: all.filter(({flag}) => flag in known).map((each) => ({...each, from: `--config: ${each.flag}`})),
    notes: all
      .filter(({flag}) => !(flag in known))
      .map(({flag}) => `${flag} of --config: no setting of Side-Step`),
  };
}

/** Pure: an upstream preset's JSON object; its keys are the flags' names with underscores. */
export function migratePreset(preset: Readonly<Record<string, Json>>, table: FlagTable): Migrated {
  const known = table.train!;
  const given = Object.entries(preset).flatMap(([key, value]) =>
    key === 'name' || key === 'description' ? [] : givenBy(key, value, known),
  );
  const meaning = {stage: 'train'};
  return {...convert(given, {subcommand: 'train', known, strays: [], meaning}), makes: 'train'};
}

function givenBy(key: string, value: Json, known: Context['known']): Given[] {
  if (value === null) return [];
  const name = `--${key.replace(/_str$/, '').replaceAll('_', '-')}`;
  if (value === false)
    return [{flag: name.replace('--', '--no-'), words: []}].filter(({flag}) => flag in known);
  const words = value === true ? [] : Array.isArray(value) ? value.map(String) : String(value).split(' ');
  return [{flag: name, words}];
}

interface Context {
  readonly subcommand: string;
  readonly known: Readonly<Record<string, UpstreamFlag>>;
  readonly strays: readonly string[];
  readonly meaning: UpstreamFlag;
}

function splitLine(words: readonly string[], known: Context['known'], positional: string | undefined) {
  const given: {flag: string; words: string[]}[] = [];
  const strays: string[] = [];
  for (const word of words) {
    const last = given.at(-1);
    if (isFlag(word)) {
      const [flag, inline] = word.split(/=(.*)/s) as [string, string | undefined];
      given.push({flag, words: inline === undefined ? [] : [inline]});
    } else if (last !== undefined && takesMore(known[last.flag], last.words.length)) last.words.push(word);
    else if (positional !== undefined && !given.some(({flag}) => flag === positional))
      given.push({flag: positional, words: [word]});
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

function convert(given: readonly Given[], context: Context): Omit<Migrated, 'makes'> {
  const adapter = adapterType(given);
  const results = given.map((each) => convertOne(each, {...context, adapter}));
  const {subcommand, strays, meaning} = context;
  const mode: MigratedSetting[] =
    meaning.value === undefined || meaning.key === undefined
      ? []
      : [{stage: meaning.stage, key: meaning.key, value: meaning.value, from: subcommand}];
  return {
    subcommand,
    settings: [...mode, ...results.flatMap(({settings = []}) => settings)],
    notes: results.flatMap(({note}) => note ?? []),
    problems: [...strays.map(strayWord), ...results.flatMap(({problem}) => problem ?? [])],
  };
}

interface One {
  readonly settings?: readonly MigratedSetting[];
  readonly note?: string;
  readonly problem?: Problem;
}

function convertOne(
  {flag, words, from = [flag, ...words].join(' ')}: Given,
  {known, adapter}: Context & {adapter: string},
): One {
  const entry = known[flag];
  if (entry === undefined) return {problem: unknownFlag(flag, Object.keys(known))};
  if (entry.reason !== undefined) return {note: `${flag}: ${entry.reason}`};
  if (entry.command !== undefined) return {note: `${flag}: ${entry.command}`};
  const missed = missesAdapter(flag, entry, adapter);
  if (missed !== undefined) return {note: `${flag}: ${missed}`};
  if (entry.value === undefined && words.length === 0)
    return {problem: {code: 'migrate/missing-value', message: `${flag} needs a value`}};
  if (entry.zero === 'unset' && Number(words[0]) === 0)
    return {note: `${flag} 0: stands for none, which is an absent key here`};
  const refused = entry.refuses?.[words[0] ?? ''];
  if (refused !== undefined) return {problem: refusedValue(from, refused)};
  const value = migratedValue(entry, words, adapter);
  if (typeof value === 'object' && value !== null && 'unknown' in value)
    return {problem: unknownValue(flag, String(value.unknown), Object.keys(entry.values!))};
  const note = entry.remark === undefined ? {} : {note: `${flag}: ${entry.remark}`};
  return {settings: settingsFor(entry, value as Json, from), ...note};
}

function settingsFor({stage, key, file_key}: UpstreamFlag, value: Json, from: string): MigratedSetting[] {
  if (file_key === undefined) return [{stage, key: key!, value, from}];
  const path = String(value);
  const name = basename(path, extname(path));
  return [
    {stage, key: key!, value: dirname(path), from},
    {stage, key: file_key, value: name, from},
  ];
}

/** Flags of one adapter type are without effect for another, as they are upstream. */
function missesAdapter(flag: string, entry: UpstreamFlag, adapter: string): string | undefined {
  if (entry.adapter !== undefined && entry.adapter !== adapter)
    return `without effect for ${adapter} adapters`;
  const ofLycoris = isAdapterKind(adapter) && ownLayout(adapter) === 'lycoris';
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
  if (entry.pair === true && /^[\d.]+,[\d.]+$/.test(word)) return word.split(',').map(Number);
  if (entry.values !== undefined)
    return Object.hasOwn(entry.values, word) ? entry.values[word]! : {unknown: word};
  const isText = keySchemas(entry, adapter).every(({type}) => type === 'string');
  return isText || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? word : Number(word);
}

function adapterType(given: readonly Given[]): string {
  if (given.some(({flag}) => flag === '--use-dora')) return 'dora';
  const types = ['--adapter-type', '--adapter', '-a'];
  return given.findLast(({flag}) => types.includes(flag))?.words[0] ?? 'lora';
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

function refusedValue(from: string, why: string): Problem {
  return {
    code: 'migrate/unknown-value',
    message: `${from}: ${why}`,
    hint: 'Here are auto, cpu, cuda and cuda:N.',
  };
}

function strayWord(word: string): Problem {
  return {
    code: 'migrate/stray-word',
    message: `${JSON.stringify(word)} belongs to no flag`,
    hint: 'Quote values that hold spaces.',
  };
}
