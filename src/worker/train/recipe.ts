import {RECIPE_FORMAT, type Recipe, type RecipeList} from '../../adapter/recipe.js';
import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import type {WorkerJob} from '../../protocol/message.js';
import {joinedLists} from '../../stage/joined.js';
import {componentHash} from '../../stage/model-json.js';
import {isStageReference, type ParamValue, valueAt} from '../../stage/param.js';
import {type CollectedSample, isSampleCollection} from '../../stage/sample-parts.js';
import {audioMarkOf, songMarkText} from '../../stage/song-mark.js';

/** What this training is made of; undefined when a stage of an earlier version made its samples, which says nothing of them. */
export function recipeOf(job: WorkerJob): Recipe | undefined {
  const params = [...listParams(job, 'tensors'), ...listParams(job, 'validation.tensors')];
  const lists: RecipeList[] = [];
  for (const param of params) {
    const list = listOf(job, param);
    if (list === undefined) return undefined;
    lists.push(list);
  }
  const number = new Map(params.map((param, i) => [param, i]));
  const validation = valueAt(job.params, 'validation.tensors');
  const resume_from = resumedFrom(job);
  const not_carried = notCarried(job);
  return {
    format: RECIPE_FORMAT,
    numerics: job.numerics ?? {},
    silence_latent: String(componentHash(job.inputs.model!.json!, 'silence_latent')),
    tensors: numbered(job.params.tensors!, 'tensors', number),
    ...(validation === undefined ? {} : {validation: numbered(validation, 'validation.tensors', number)}),
    lists,
    ...(resume_from === undefined ? {} : {resume_from}),
    ...(not_carried.length === 0 ? {} : {not_carried}),
  };
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
  if (!isSampleCollection(collection)) return {made_by: 'command'};
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

function resumedFrom({params, contents}: WorkerJob): string | undefined {
  return typeof params.resume_from === 'string' ? contents.resume_from : undefined;
}

/** What would have to be made again too, and cannot from here. */
function notCarried({params}: WorkerJob): string[] {
  const fromStage = isStageReference(params.resume_from) ? ['resume_from'] : [];
  const selects = valueAt(params, 'adapter.selection.estimate') === undefined ? [] : ['adapter.selection'];
  return [...fromStage, ...selects];
}
