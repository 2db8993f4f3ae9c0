import {isJsonObject, type Json} from '../base/json.js';
import {didYouMean} from '../base/near-miss.js';
import {readModuleSelection} from './module-selection.js';
import {isParamObject, type ParamObject, type ParamValue} from './param.js';
import type {KnownInputs, Misfit} from './stage-type.js';

/** Every linear of a decoder that an adapter may adapt, by its path, in the engine's order. */
export function decoderLinearNames(layers: number): string[] {
  const names = [];
  for (let layer = 0; layer < layers; layer += 1) {
    for (const attention of ['self_attn', 'cross_attn'])
      for (const linear of ['q_proj', 'k_proj', 'v_proj', 'o_proj'])
        names.push(`layers.${layer}.${attention}.${linear}`);
    for (const linear of ['gate_proj', 'up_proj', 'down_proj']) names.push(`layers.${layer}.mlp.${linear}`);
  }
  return [...names, 'proj_in.1', ...EMBEDDERS, 'condition_embedder'];
}

const EMBEDDERS = ['time_embed', 'time_embed_r'].flatMap((embedder) =>
  ['linear_1', 'linear_2', 'time_proj'].map((linear) => `${embedder}.${linear}`),
);

/** Lists of module names; those of an attention count within it alone. */
const LISTS = ['target_modules', 'self_target_modules', 'cross_target_modules'] as const;
const WITHIN: Readonly<Record<string, string>> = {
  self_target_modules: 'self_attn.',
  cross_target_modules: 'cross_attn.',
};
const PATTERNS = ['rank_pattern', 'alpha_pattern'] as const;

/**
 * Pure: what of the modules that a stage names is not in the model, as far as that is known: target_modules and patterns that
 * match nothing, an estimate of another model or without what is asked of it. `at`: where the parameters are, '' or `adapter`.
 */
export function targetMisfits(targets: ParamObject, known: KnownInputs, at: string): Misfit[] {
  const place = (param: string) => (at === '' ? param : `${at}.${param}`);
  const layers = layersOf(known.json.model);
  const names = layers === undefined ? undefined : decoderLinearNames(layers);
  const {selection} = targets;
  const chosen = isParamObject(selection) ? selectionMisfits(selection, known, names, place) : [];
  if (chosen.length > 0 || names === undefined) return chosen;
  const lists = isParamObject(selection)
    ? [] // its modules are taken in place of theirs
    : LISTS.flatMap((list) => unmatched(list, targets[list], names, place));
  const adapted = isParamObject(selection)
    ? readModuleSelection(selectionOf(known, place) ?? null)?.selected
    : names.filter(targetedBy(targets));
  return [
    ...lists,
    ...PATTERNS.flatMap((param) => {
      const patterns = isParamObject(targets[param]) ? Object.keys(targets[param]) : [];
      const wrong = unmatched(param, patterns, names, place);
      return wrong.length > 0 || adapted === undefined ? wrong : useless(place(param), patterns, adapted);
    }),
  ];
}

function selectionOf(known: KnownInputs, place: (param: string) => string): Json | undefined {
  const param = place('selection.estimate');
  return known.json[param] ?? known.files[param];
}

/** Patterns that name modules of the model, but none that gets an adapter. */
function useless(param: string, patterns: readonly string[], adapted: readonly string[]): Misfit[] {
  if (adapted.length === 0) return []; // that is said of what chooses the modules
  const unused = patterns.find((pattern) => !adapted.some(matcherOf(pattern)!));
  if (unused === undefined) return [];
  const ends = [...new Set(adapted.map((name) => name.split('.').at(-1)!))];
  return [
    {
      param,
      problem: {
        code: 'train/pattern-without-module',
        message: `\`${unused}\` names no module that is adapted`,
        hint: `Adapted are ${ends.join(', ')}. Add it to target_modules, or take the line out.`,
      },
    },
  ];
}

/** As the engine chooses them (`native/adapters/selection.cpp`). */
function targetedBy(targets: ParamObject): (module: string) => boolean {
  const list = (key: string) => (Array.isArray(targets[key]) ? targets[key].map(String) : []);
  const named = (patterns: readonly string[], module: string) =>
    patterns.some((pattern) => matcherOf(pattern)?.(module));
  const common = list('target_modules');
  const side = targets.attention_type ?? 'both';
  return (module) => {
    if (targets.scope === 'decoder') return true;
    for (const attention of ['self', 'cross']) {
      if (!module.includes(`${attention}_attn.`)) continue;
      const own = list(`${attention}_target_modules`);
      if (own.length > 0) return named(own, module);
      return (side === 'both' || side === attention) && named(common, module);
    }
    return named(common, module) || (targets.target_mlp === true && module.includes('.mlp.'));
  };
}

function layersOf(model: Json | undefined): number | undefined {
  const shape = isJsonObject(model) ? model.shape : undefined;
  return isJsonObject(shape) && typeof shape.layers === 'number' ? shape.layers : undefined;
}

function unmatched(
  param: string,
  patterns: ParamValue | undefined,
  names: readonly string[],
  place: (param: string) => string,
): Misfit[] {
  const among = names.filter((name) => name.includes(WITHIN[param] ?? ''));
  const wrong = (Array.isArray(patterns) ? patterns : []).flatMap((pattern) => {
    const problem = patternProblem(String(pattern), among);
    return problem === undefined ? [] : [{param: place(param), problem}];
  });
  return wrong.slice(0, 1);
}

function patternProblem(pattern: string, names: readonly string[]): Misfit['problem'] | undefined {
  const matches = matcherOf(pattern);
  if (matches === undefined)
    return {
      code: 'adapter/pattern-invalid',
      message: `\`${pattern}\` is no regular expression`,
      hint: "Name the end of a module's path, such as self_attn.q_proj, or escape the dots of an expression.",
    };
  if (names.some(matches)) return undefined;
  const ends = [...new Set(names.map((name) => name.split('.').at(-1)!))];
  return {
    code: 'train/no-such-module',
    message: `No module of the model is called \`${pattern}\``,
    hint: didYouMean(pattern, ends) ?? `Its linears: ${ends.join(', ')}.`,
  };
}

/** As the engine matches names (`native/adapters/selection.cpp`): the end of a path, or an expression for it. */
function matcherOf(pattern: string): ((name: string) => boolean) | undefined {
  const ends = (name: string) => name === pattern || name.endsWith(`.${pattern}`);
  if (!/[\\^$*+?[\](){}|]/.test(pattern)) return ends;
  try {
    const expression = new RegExp(`^(.*\\.)?(${pattern})$`);
    return (name) => ends(name) || expression.test(name);
  } catch {
    return undefined; // no regular expression
  }
}

function selectionMisfits(
  selection: ParamObject,
  known: KnownInputs,
  names: readonly string[] | undefined,
  place: (param: string) => string,
): Misfit[] {
  const param = place('selection.estimate');
  const value = selectionOf(known, place);
  if (value === undefined) return [];
  const misfit = (message: string, hint: string): Misfit[] => [
    {param, problem: {code: 'train/estimate-invalid', message, hint}},
  ];
  const read = readModuleSelection(value);
  if (read === undefined)
    return misfit(
      'The estimate named by adapter.selection selects no modules',
      "Expected the JSON file that an estimate stage writes, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
    );
  if (selection.use === 'ranks' && Object.keys(read.rank_pattern ?? {}).length === 0)
    return misfit(
      'The estimate named by adapter.selection holds no ranks',
      'Ranks need `method: fisher` in the estimate stage.',
    );
  const strange = names === undefined ? undefined : read.selected.find((module) => !names.includes(module));
  if (strange === undefined) return [];
  return misfit(
    `The estimate named by adapter.selection selects ${strange}, which the model does not have`,
    'It was made for another model: estimate again with this one.',
  );
}
