import {
  asJson,
  asWritten,
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  own,
} from '../base/json.js';
import {parseSongMark} from '../stage/song-mark.js';

/**
 * What a training was made of, as far as an adapter carries it: with the songs and the model at hand it can be made again, and what
 * is not as it was can be named. It holds no path, no name of a song, no words and no secret, and follows from the training's
 * fingerprint alone.
 */
export interface Recipe {
  readonly format: typeof RECIPE_FORMAT;
  /** Backend, precision and version of the arithmetic of the training. */
  readonly numerics: JsonObject;
  /** Content of the model's silence. */
  readonly silence_latent: string;
  /** The parameter `tensors` as it was written, `{list: N}` in place of what it names. */
  readonly tensors: Json;
  /** `validation.tensors` in the same way; absent where it was unset. */
  readonly validation?: Json;
  /** All that training and estimate read. */
  readonly lists: readonly RecipeList[];
  /** What chose the modules; absent where nothing did. */
  readonly selection?: OtherFile | EstimateRecipe;
  /** What the training went on from; absent where it began at the beginning. */
  readonly resume_from?: OtherFile | TrainingRecipe;
  /** `resume_from`, where it named a training on another model. */
  readonly not_carried?: readonly string[];
}

/** Where a list is among others, after putting it there: what several trainings read is there once. */
export function placeAmong(lists: RecipeList[], list: RecipeList): number {
  const text = canonicalJson(asJson(list));
  const there = lists.findIndex((each) => canonicalJson(asJson(each)) === text);
  return there === -1 ? lists.push(list) - 1 : there;
}

/** A file or folder by its content: on disk, or left by a program (`made_by`). */
export interface OtherFile {
  readonly content: string;
  readonly made_by?: string;
}

/** The `estimate` stage behind a selection. */
export interface EstimateRecipe {
  readonly params: JsonObject;
  readonly numerics: JsonObject;
  /** The parameter as it was written, `{list: N}` in place of what it names. */
  readonly tensors: Json;
}

/** Another training, on the same model. */
export interface TrainingRecipe {
  readonly params: JsonObject;
  readonly recipe: Recipe;
}

export const RECIPE_FORMAT = 1;

export type RecipeList =
  /** Encoded from songs. */
  | {
      readonly songs: readonly string[];
      readonly pass1: EncodedWith;
      readonly pass2: EncodedWith;
    }
  /** A folder of tensors, by its content. */
  | {readonly folder: string}
  /** A folder that a program left, by its content. */
  | {readonly made_by: string; readonly content: string};

/** What decided the parts of all songs: parameters, contents of the model's components, arithmetic. */
export type EncodedWith = JsonObject;

/** The recipe in what an adapter carries; undefined for anything else, such as that of a later version. */
export function recipeIn(value: Json | undefined): Recipe | undefined {
  if (!isJsonObject(value) || value.format !== RECIPE_FORMAT) return undefined;
  const lists = Array.isArray(value.lists) ? (value.lists as readonly Json[]) : [];
  const sound =
    isJsonObject(value.numerics) &&
    typeof value.silence_latent === 'string' &&
    value.tensors !== undefined &&
    lists.length > 0 &&
    lists.every(isList) &&
    (value.selection === undefined || isOtherFile(value.selection) || isEstimate(value.selection)) &&
    (value.resume_from === undefined || isOtherFile(value.resume_from) || isTraining(value.resume_from));
  return sound ? asWritten<Recipe>(value) : undefined;
}

function isList(value: Json): boolean {
  if (!isJsonObject(value)) return false;
  if (typeof own(value, 'folder') === 'string') return true;
  if (typeof own(value, 'made_by') === 'string') return isOtherFile(value);
  const {songs, pass1, pass2} = value;
  return (
    Array.isArray(songs) &&
    (songs as readonly Json[]).every(
      (song) => typeof song === 'string' && parseSongMark(song) !== undefined,
    ) &&
    isJsonObject(pass1) &&
    isJsonObject(pass1.params) &&
    isJsonObject(pass2)
  );
}

function isOtherFile(value: Json): boolean {
  return isJsonObject(value) && typeof own(value, 'content') === 'string';
}

function isEstimate(value: Json): boolean {
  return (
    isJsonObject(value) &&
    isJsonObject(value.params) &&
    isJsonObject(value.numerics) &&
    value.tensors !== undefined
  );
}

function isTraining(value: Json): boolean {
  return isJsonObject(value) && isJsonObject(value.params) && recipeIn(value.recipe) !== undefined;
}
