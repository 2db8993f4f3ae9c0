import {isJsonObject, type Json, type JsonObject} from '../base/json.js';

/** Modules of a model that matter for some songs, best first: what `train` adapts when `adapter.selection` names them. */
export interface ModuleSelection {
  readonly modules: readonly {readonly module: string; readonly score: number}[];
  readonly selected: readonly string[];
  /** By module; absent where no one measured ranks. */
  readonly rank_pattern?: Readonly<Record<string, number>>;
  readonly alpha_pattern?: Readonly<Record<string, number>>;
  /** Whose file it is: an `estimate` stage's, or one of Side-Step's two. */
  readonly origin: 'estimate' | 'module_config' | 'fisher_map';
}

/**
 * Pure: the selection in a JSON file: `estimate.json` of an `estimate` stage, Side-Step's module configuration (what its
 * `estimate` writes: a list of `{module, sensitivity}`) or its `fisher_map.json`. Undefined for anything else, and where no
 * module is selected.
 */
export function readModuleSelection(value: Json): ModuleSelection | undefined {
  const read = Array.isArray(value)
    ? moduleConfig(value)
    : isJsonObject(value)
      ? (fisherMap(value) ?? estimate(value))
      : undefined;
  return read === undefined || read.selected.length === 0 ? undefined : read;
}

function estimate(value: JsonObject): ModuleSelection | undefined {
  const {selected, modules = [], rank_pattern, alpha_pattern} = value;
  if (!isListOf(selected, 'string') || !Array.isArray(modules)) return undefined;
  return {
    origin: 'estimate',
    modules: modules.flatMap((entry) => scored(entry, 'module', 'score') ?? []),
    selected,
    ...ranksOf({rank_pattern, alpha_pattern}),
  };
}

/** Names start at the whole model there; with `granularity: layer` they are those of blocks. */
function moduleConfig(list: readonly Json[]): ModuleSelection | undefined {
  const modules = list.map((entry) => scored(entry, 'module', 'sensitivity'));
  if (!modules.every((entry) => entry !== undefined)) return undefined;
  const selected = [...new Set(modules.flatMap(({module}) => linearsOf(module)))];
  return {origin: 'module_config', modules, selected};
}

function fisherMap(value: JsonObject): ModuleSelection | undefined {
  const {rank_pattern, alpha_pattern, target_modules, modules} = value;
  if (!isJsonObject(rank_pattern) || !Array.isArray(target_modules) || !Array.isArray(modules))
    return undefined;
  const listed = modules.flatMap((entry) => scored(entry, 'name', 'fisher_score') ?? []);
  const names = Object.keys(rank_pattern).map(inDecoder);
  const best = listed.map(({module}) => module).filter((module) => names.includes(module));
  return {
    origin: 'fisher_map',
    modules: listed,
    selected: [...new Set([...best, ...names])],
    ...ranksOf({rank_pattern, alpha_pattern}),
  };
}

type Patterns = Pick<ModuleSelection, 'rank_pattern' | 'alpha_pattern'>;

function ranksOf(value: {readonly [K in keyof Patterns]: Json | undefined}): Patterns {
  const pattern = (found: Json | undefined) =>
    isJsonObject(found)
      ? Object.fromEntries(Object.entries(found).map(([name, number]) => [inDecoder(name), Number(number)]))
      : undefined;
  const rank_pattern = pattern(value.rank_pattern);
  const alpha_pattern = pattern(value.alpha_pattern);
  return {...(rank_pattern && {rank_pattern}), ...(alpha_pattern && {alpha_pattern})};
}

function scored(
  entry: Json,
  name: string,
  score: string,
): {readonly module: string; readonly score: number} | undefined {
  if (!isJsonObject(entry) || typeof entry[name] !== 'string') return undefined;
  return {module: inDecoder(entry[name]), score: Number(entry[score] ?? 0)};
}

function inDecoder(name: string): string {
  return name.replace(/^decoder\./, '');
}

const ATTENTION = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const MLP = ['gate_proj', 'up_proj', 'down_proj'];

/** The linears that a name stands for: itself, or those of the attention, MLP or layer it names. Norms have none. */
function linearsOf(name: string): string[] {
  const [last = '', before = ''] = name.split('.').toReversed();
  const within = (parts: readonly string[]) => parts.map((part) => `${name}.${part}`);
  if ([...ATTENTION, ...MLP].includes(last)) return [name];
  if (last === 'self_attn' || last === 'cross_attn') return within(ATTENTION);
  if (last === 'mlp') return within(MLP);
  if (before === 'layers') return ['self_attn', 'cross_attn'].flatMap((part) => linearsOf(`${name}.${part}`));
  return [];
}

function isListOf(value: Json | undefined, type: 'string'): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}
