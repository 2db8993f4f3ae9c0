import {
  type OtherFile,
  placeAmong,
  type Recipe,
  type RecipeList,
  type TrainingRecipe,
} from '../adapter/recipe.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';

/** One training of those that led to an adapter. */
export interface Training {
  /** Behind the names of its stages: nothing for the adapter's own, `_before`, `_before_2` … for what it went on from. */
  readonly suffix: string;
  /** The suffix of the one that it went on from. */
  readonly before: string | undefined;
  readonly params: JsonObject;
  readonly recipe: Recipe;
  /** For each of its lists, which it is among all. */
  readonly lists: readonly number[];
}

export interface TrainingSources {
  /** Of all trainings, each once. */
  readonly lists: readonly RecipeList[];
  /** The adapter's own first. */
  readonly trainings: readonly Training[];
}

/** Pure: all that an adapter was made of, and in which trainings. */
export function madeOf({params, recipe}: TrainingRecipe): TrainingSources {
  const lists: RecipeList[] = [];
  const trainings: Training[] = [];
  let next: TrainingRecipe | undefined = {params, recipe};
  for (let back = 0; next !== undefined; back += 1) {
    const from: Recipe['resume_from'] = next.recipe.resume_from;
    const earlier: TrainingRecipe | undefined = from !== undefined && 'recipe' in from ? from : undefined;
    trainings.push({
      suffix: suffixBack(back),
      before: earlier === undefined ? undefined : suffixBack(back + 1),
      ...next,
      lists: next.recipe.lists.map((list) => placeAmong(lists, list)),
    });
    next = earlier;
  }
  return {lists, trainings};
}

function suffixBack(back: number): string {
  if (back === 0) return '';
  return back === 1 ? '_before' : `_before_${back}`;
}

/** The file that chose the modules of a training; undefined where an estimate or nothing did. */
export function selectionFile({recipe}: Training): OtherFile | undefined {
  const {selection} = recipe;
  return selection !== undefined && 'content' in selection ? selection : undefined;
}

/** What on disk the first of all trainings went on from; undefined where it began at the beginning. */
export function stateFile({recipe}: Training): OtherFile | undefined {
  const {resume_from} = recipe;
  return resume_from !== undefined && 'content' in resume_from ? resume_from : undefined;
}

/** Of the parameter `tensors` as it was written: the dotted path of each thing it names, and the number of its list. */
export function listsNamed(value: Json, path: string): [string, number][] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, i) => listsNamed(item, `${path}.${i}`));
  if (!isJsonObject(value)) return [];
  if (typeof value.list === 'number') return [[path, value.list]];
  return Object.entries(value).flatMap(([key, inner]) => listsNamed(inner, `${path}.${key}`));
}
