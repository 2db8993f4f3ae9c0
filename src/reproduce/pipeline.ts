import type {EstimateRecipe, RecipeList} from '../adapter/recipe.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {Remembered} from './remembered.js';
import type {FoundSong} from './songs.js';
import {selectionFile, stateFile, type Training, type TrainingSources} from './trainings.js';

/** What is at hand to make the adapter again, as the pipeline names it. */
export interface AtHand {
  readonly checkpoint_dir: string;
  /** The model's name there. */
  readonly model: string;
  /** For each list: the folder and the list of its songs, or the folder of its tensors. */
  readonly lists: readonly ListAtHand[];
  /** The files that chose modules, by the suffix of the training. */
  readonly selections: Readonly<Record<string, string>>;
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
export function reproducingPipeline(remembered: Remembered, made: TrainingSources, at: AtHand): JsonObject {
  const {base, exported} = remembered;
  const stages: Record<string, JsonObject> = {
    model: {
      uses: 'scan',
      with: {checkpoint_dir: at.checkpoint_dir, model: at.model, base_model: base},
    },
  };
  const tensors = made.lists.map((list, i) => {
    const here = at.lists[i]!;
    const suffix = suffixOf(made.lists, i);
    if (here.kind === 'songs') {
      Object.assign(stages, encodingStages(list, here, suffix));
      return `\${stages.conditions${suffix}}`;
    }
    return 'made_by' in list ? copied(stages, `tensors${suffix}`, here.folder) : here.folder;
  });
  for (const training of made.trainings.toReversed())
    Object.assign(stages, trainingStages(training, tensors, at));
  const {train} = stages;
  if (exported === undefined) Object.assign(train!.with as object, {output_dir: `./${MADE.train}`});
  else
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

/** Behind the names of a list's stages. */
export function suffixOf(lists: readonly RecipeList[], i: number): string {
  return lists.length === 1 ? '' : `_${i + 1}`;
}

/** An estimate where there was one, and the training. */
function trainingStages(training: Training, all: readonly string[], at: AtHand): Record<string, JsonObject> {
  const {suffix, params, recipe} = training;
  const stages: Record<string, JsonObject> = {};
  const tensors = training.lists.map((number) => all[number]!);
  const estimate = selectionOf(stages, {training, tensors, at});
  const resume_from = resumedFrom(stages, training, at);
  const {adapter, validation} = params as {readonly adapter: JsonObject; readonly validation: JsonObject};
  const selection =
    estimate === undefined ? {} : {selection: {...(adapter.selection as JsonObject), estimate}};
  const held = recipe.validation === undefined ? {} : {tensors: named(recipe.validation, tensors)};
  stages[`train${suffix}`] = {
    uses: 'train',
    ...placeOf(recipe.numerics),
    with: {
      ...params,
      model: '${stages.model}',
      tensors: named(recipe.tensors, tensors),
      adapter: {...adapter, ...selection},
      validation: {...validation, ...held},
      ...precisionOf(recipe.numerics),
      logging: {tensorboard: false},
      ...(resume_from === undefined ? {} : {resume_from}),
    },
  };
  return stages;
}

interface Selecting {
  readonly training: Training;
  readonly tensors: readonly string[];
  readonly at: AtHand;
}

/** What `adapter.selection.estimate` names; undefined where the training had none. */
function selectionOf(
  stages: Record<string, JsonObject>,
  {training, tensors, at}: Selecting,
): string | undefined {
  const {selection} = training.recipe;
  if (selection === undefined) return undefined;
  const {suffix} = training;
  const file = selectionFile(training);
  if (file !== undefined) {
    const path = at.selections[suffix]!;
    return file.made_by === undefined ? path : copied(stages, `selection${suffix}`, path);
  }
  const {params, numerics, tensors: read} = selection as EstimateRecipe;
  stages[`estimate${suffix}`] = {
    uses: 'estimate',
    ...placeOf(numerics),
    with: {...params, model: '${stages.model}', tensors: named(read, tensors), ...precisionOf(numerics)},
  };
  return `\${stages.estimate${suffix}}`;
}

function resumedFrom(
  stages: Record<string, JsonObject>,
  training: Training,
  {resume_from}: AtHand,
): string | undefined {
  if (training.before !== undefined) return `\${stages.train${training.before}}`;
  const file = stateFile(training);
  if (file === undefined) return undefined;
  return file.made_by === undefined ? resume_from : copied(stages, 'state', resume_from!);
}

const COPY =
  "const {argv} = require('node:process'); require('node:fs').cpSync(argv[1], argv[2], {recursive: true})";

/**
 * What a program left, from a copy of it, as the result of a stage again: what reads it goes by its content, and is what it was.
 * Returns the reference.
 */
function copied(stages: Record<string, JsonObject>, stage: string, path: string): string {
  const made = path.endsWith('.json') ? 'made.json' : 'made';
  stages[stage] = {
    uses: 'command',
    with: {
      argv: ['node', '-e', COPY, '${inputs.from}', '${outputs.made}'],
      inputs: {from: path},
      outputs: {made},
    },
  };
  return `\${stages.${stage}.made}`;
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
      // All that is known of the songs is in the list: what is beside them has no say.
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
