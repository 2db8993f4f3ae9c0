import {readProvenance} from '../../adapter/provenance.js';
import {
  type EstimateRecipe,
  type OtherFile,
  placeAmong,
  RECIPE_FORMAT,
  type Recipe,
  type RecipeList,
  type TrainingRecipe,
} from '../../adapter/recipe.js';
import {asJson, asWritten, isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import type {WorkerJob} from '../../protocol/message.js';
import {joinedLists} from '../../stage/joined.js';
import {componentHash} from '../../stage/model-json.js';
import {isStageReference, type ParamValue, paramsToJson, valueAt} from '../../stage/param.js';
import {type CollectedSample, isSampleCollection} from '../../stage/sample-parts.js';
import {audioMarkOf, songMarkText} from '../../stage/song-mark.js';

/** What this training is made of; undefined when a stage of an earlier version made its samples, which says nothing of them. */
export async function recipeOf(job: WorkerJob): Promise<Recipe | undefined> {
  const own = listsOf(job, [...listParams(job, 'tensors'), ...listParams(job, 'validation.tensors')]);
  if (own === undefined) return undefined;
  const validation = valueAt(job.params, 'validation.tensors');
  const selection = selectionOf(job);
  const joined = joinLists(own.lists, selection);
  const resume_from = await resumedFrom(job);
  return {
    format: RECIPE_FORMAT,
    numerics: job.numerics ?? {},
    silence_latent: String(componentHash(job.inputs.model!.json!, 'silence_latent')),
    tensors: numbered(job.params.tensors!, 'tensors', own.number),
    ...(validation === undefined ? {} : {validation: numbered(validation, 'validation.tensors', own.number)}),
    lists: joined.lists,
    ...(joined.selection === undefined ? {} : {selection: joined.selection}),
    ...(resume_from === undefined
      ? {}
      : resume_from === 'not_carried'
        ? {not_carried: ['resume_from']}
        : {resume_from}),
  };
}

/** What an `estimate` stage leaves of itself beside its result, for the recipes of trainings that select by it. */
export function estimateRecipe(job: WorkerJob): JsonObject | undefined {
  const own = listsOf(job, listParams(job, 'tensors'));
  if (own === undefined) return undefined;
  const {model: _model, tensors: _tensors, precision: _neutral, ...params} = paramsToJson(job.params);
  return {
    params,
    numerics: job.numerics ?? {},
    tensors: numbered(job.params.tensors!, 'tensors', own.number),
    lists: asJson(own.lists),
  };
}

interface NumberedLists {
  readonly lists: readonly RecipeList[];
  /** By dotted parameter path. */
  readonly number: ReadonlyMap<string, number>;
}

function listsOf(job: WorkerJob, params: readonly string[]): NumberedLists | undefined {
  const lists: RecipeList[] = [];
  for (const param of params) {
    const list = listOf(job, param);
    if (list === undefined) return undefined;
    lists.push(list);
  }
  return {lists, number: new Map(params.map((param, i) => [param, i]))};
}

function listParams({params}: WorkerJob, param: string): string[] {
  return joinedLists(params, param).map((list) => list.param);
}

/** The value with `{list: N}` in place of every stage and folder. */
function numbered(value: ParamValue, path: string, number: ReadonlyMap<string, number>): Json {
  const list = number.get(path);
  if (list !== undefined) return {list};
  if (Array.isArray(value))
    return (value as readonly ParamValue[]).map((item, i) => numbered(item, `${path}.${i}`, number));
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      numbered(inner as ParamValue, `${path}.${key}`, number),
    ]),
  );
}

function listOf({params, inputs, contents}: WorkerJob, param: string): RecipeList | undefined {
  if (!isStageReference(valueAt(params, param))) return {folder: String(contents[param])};
  const collection = inputs[param]?.json;
  if (!isSampleCollection(collection)) return {made_by: 'command', content: String(contents[param])};
  const pass1 = collection.made_with?.['preprocess.pass1'];
  const pass2 = collection.made_with?.['preprocess.pass2'];
  const songs = collection.samples.map(songMark);
  if (!isJsonObject(pass1) || !isJsonObject(pass2) || songs.includes(undefined)) return undefined;
  return {songs: songs as string[], pass1, pass2};
}

function songMark({about}: CollectedSample): string | undefined {
  const {audio_hash, words, repeats}: JsonObject = about;
  if (typeof audio_hash !== 'string' || typeof words !== 'string') return undefined;
  return songMarkText({audio: audioMarkOf(audio_hash), words, repeats: Number(repeats ?? 1)});
}

type Selection = OtherFile | (EstimateRecipe & {readonly lists: readonly RecipeList[]});

function selectionOf({params, inputs, contents}: WorkerJob): Selection | undefined {
  const param = 'adapter.selection.estimate';
  const value = valueAt(params, param);
  if (value === undefined) return undefined;
  const content = String(contents[param]);
  if (!isStageReference(value)) return {content};
  const {uses, json} = inputs[param]!;
  if (uses !== 'estimate' || !isJsonObject(json)) return {content, made_by: uses};
  return json.made_with === undefined ? undefined : asWritten<Selection>(json.made_with);
}

/** Songs that training and estimate share are there once. */
function joinLists(
  own: readonly RecipeList[],
  selection: Selection | undefined,
): Pick<Recipe, 'lists' | 'selection'> {
  if (selection === undefined) return {lists: own};
  if (!('lists' in selection)) return {lists: own, selection};
  const lists = [...own];
  const places = selection.lists.map((list) => placeAmong(lists, list));
  const {params, numerics, tensors} = selection;
  return {lists, selection: {params, numerics, tensors: renumbered(tensors, places)}};
}

function renumbered(value: Json, places: readonly number[]): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => renumbered(item, places));
  if (!isJsonObject(value)) return value;
  if (typeof value.list === 'number') return {list: places[value.list]!};
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renumbered(inner, places)]));
}

/** A training before this one is carried with all that it was made of, where it was one of the same model. */
async function resumedFrom({
  params,
  inputs,
  contents,
}: WorkerJob): Promise<OtherFile | TrainingRecipe | 'not_carried' | undefined> {
  const value = params.resume_from;
  if (value === undefined) return undefined;
  const content = String(contents.resume_from);
  const input = inputs.resume_from;
  if (!isStageReference(value) || input === undefined) return {content};
  if (input.uses !== 'train') return {content, made_by: input.uses};
  const before = await readProvenance(input.path);
  if (before === undefined) return 'not_carried';
  const model = inputs.model?.json;
  const same = before.base_model === modelName(model) && before.base_hash === componentHash(model!, 'dit');
  if (before.recipe === undefined || !same) return 'not_carried';
  return {params: before.params, recipe: before.recipe};
}

function modelName(model: Json | undefined): string {
  return String(isJsonObject(model) ? model.name : '');
}
