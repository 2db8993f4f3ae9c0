import type {RecipeList} from '../adapter/recipe.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {Remembered} from './remembered.js';
import type {FoundSong} from './songs.js';

/** What is at hand to make the adapter again, as the pipeline names it. */
export interface AtHand {
  readonly checkpoint_dir: string;
  /** The model's name there. */
  readonly model: string;
  /** For each list of the recipe: the folder and the list of its songs, or the folder of its tensors. */
  readonly lists: readonly ListAtHand[];
  readonly resume_from: string | undefined;
}

/** Where results appear, beside the pipeline. */
export const MADE = {train: 'adapter', export: 'export'} as const;

export type ListAtHand =
  | {
      readonly kind: 'songs';
      readonly audio_dir: string;
      readonly dataset_json: string;
      readonly tag_position: string;
    }
  | {readonly kind: 'tensors'; readonly folder: string};

/** Pure: the pipeline that makes this adapter, as a document. */
export function reproducingPipeline(remembered: Remembered, at: AtHand): JsonObject {
  const {recipe, params, base, exported} = remembered;
  const stages: Record<string, JsonObject> = {
    model: {
      uses: 'scan',
      with: {checkpoint_dir: at.checkpoint_dir, model: at.model, base_model: base},
    },
  };
  const tensors = recipe.lists.map((list, i) => {
    const here = at.lists[i]!;
    if (here.kind === 'tensors') return here.folder;
    const suffix = recipe.lists.length === 1 ? '' : `_${i + 1}`;
    Object.assign(stages, encodingStages(list, here, suffix));
    return `\${stages.conditions${suffix}}`;
  });
  const validation = recipe.validation === undefined ? {} : {tensors: named(recipe.validation, tensors)};
  stages.train = {
    uses: 'train',
    ...placeOf(recipe.numerics),
    with: {
      ...params,
      model: '${stages.model}',
      tensors: named(recipe.tensors, tensors),
      validation: {...(params.validation as JsonObject), ...validation},
      ...precisionOf(recipe.numerics),
      logging: {tensorboard: false},
      ...(at.resume_from === undefined ? {} : {resume_from: at.resume_from}),
      ...(exported === undefined ? {output_dir: `./${MADE.train}`} : {}),
    },
  };
  if (exported !== undefined)
    stages.export = {
      uses: 'export',
      with: {
        adapter: '${stages.train}',
        ...exported.settings,
        name: exported.name,
        metadata: exported.metadata,
        output_dir: `./${MADE.export}`,
      },
    };
  return {sidestep: 1, name: 'reproduce', stages};
}

function encodingStages(
  list: RecipeList,
  {audio_dir, dataset_json, tag_position}: Extract<ListAtHand, {kind: 'songs'}>,
  suffix: string,
): Record<string, JsonObject> {
  const {pass1, pass2} = list as Extract<RecipeList, {songs: unknown}>;
  const model = '${stages.model}';
  return {
    [`songs${suffix}`]: {
      uses: 'dataset',
      // All that is known of the songs stands in the list: what lies beside them has no say.
      with: {audio_dir, dataset_json, sidecars: 'ignore', file_tags: 'ignore', tag_position},
    },
    [`latents${suffix}`]: {
      uses: 'preprocess.pass1',
      ...placeOf(pass1.numerics),
      with: {
        ...(pass1.params as JsonObject),
        model,
        dataset: `\${stages.songs${suffix}}`,
        ...precisionOf(pass1.numerics),
      },
    },
    [`conditions${suffix}`]: {
      uses: 'preprocess.pass2',
      ...placeOf(pass2.numerics),
      with: {model, latents: `\${stages.latents${suffix}}`, ...precisionOf(pass2.numerics)},
    },
  };
}

/** The parameter as it was written, with what is at hand in place of the numbers. */
function named(value: Json, tensors: readonly string[]): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => named(item, tensors));
  if (!isJsonObject(value)) return value;
  if (typeof value.list === 'number') return tensors[value.list] ?? '';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner, tensors)]));
}

function placeOf(numerics: Json | undefined): JsonObject {
  const backend = isJsonObject(numerics) ? numerics.backend : undefined;
  return {resources: {device: backend === 'cuda' ? 'cuda' : 'cpu'}};
}

function precisionOf(numerics: Json | undefined): JsonObject {
  const precision = isJsonObject(numerics) ? numerics.precision : undefined;
  return typeof precision === 'string' ? {precision} : {};
}

/** One entry of a dataset JSON, with everything said that the song's words are made of. */
export function datasetEntry(file: string, {sample, source, custom_tag, repeats}: FoundSong): JsonObject {
  const {caption, genre, lyrics, is_instrumental, bpm, keyscale, timesignature, duration, language} = sample;
  return {
    audio_path: file,
    ...{caption, genre, lyrics, is_instrumental, bpm, keyscale, timesignature, duration, language},
    ...(custom_tag === '' ? {} : {custom_tag}),
    prompt_override: source,
    repeat: repeats,
  };
}
