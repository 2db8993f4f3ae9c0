import {join} from 'node:path';
import type {ConfiguredStage} from '../config/pipeline.js';
import {joinedLists} from '../stage/joined.js';
import {
  isParamObject,
  isStageReference,
  type ParamObject,
  type ParamValue,
  valueAt,
  withValue,
} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {type Fixtures, plainly, variantOf} from './fixtures.js';

export interface Shrinking {
  /** Where results go. */
  readonly folder: string;
  readonly making: Fixtures;
  /** Receives what cannot be tried in small. */
  readonly left_out: string[];
}

const STEPS = 2;
/** What a clip of the fixture is called. */
const CLIP = 'clip-1';

/** Pure but for `making`: the stage with as little work as it can be tried with. */
export function smaller(stage: ConfiguredStage, shrinking: Shrinking): ConfiguredStage {
  const rule = rules[stage.uses];
  if (stage.checks !== undefined) shrinking.left_out.push(`the checks of what ${stage.id} leaves`);
  const params = rule === undefined ? stage.params : rule(stage.params, {...shrinking, stage});
  return {...plainly(stage), when: stage.when, params: inFolder(stage, params, shrinking.folder)};
}

/** Places of results, below the folder of this try. */
function inFolder({id, uses}: ConfiguredStage, params: ParamObject, folder: string): ParamObject {
  return (stageTypes.get(uses)?.places ?? []).reduce(
    (now, place) =>
      typeof valueAt(now, place) === 'string'
        ? withValue(now, place, join(folder, 'output', id, place))
        : now,
    params,
  );
}

interface Here extends Shrinking {
  readonly stage: ConfiguredStage;
}

type Rule = (params: ParamObject, here: Here) => ParamObject;

/** By stage type; of the others nothing is large. */
const rules: Readonly<Record<string, Rule>> = {
  fixture: (params) => ({
    ...params,
    clips: atMost(params.clips, 3),
    clip_duration: atMost(params.clip_duration, 2),
  }),
  scan: (params) => (isStageReference(params.checkpoint_dir) ? officialModel(params) : params),
  // The fixture's songs are wav files without words for every other one.
  dataset: ({model: _model, ...params}) => ({
    ...params,
    exclude: [],
    extensions: ['wav'],
    folders: 'recursive',
    missing_lyrics: 'instrumental',
    min_duration: 0.5,
  }),
  // The fixture's songs have captions and lyrics, so the server is not asked.
  caption: ({api_key_env: _key, ...params}) => ({...params, merge: 'fill_missing', write_sidecars: 'never'}),
  estimate: (params, here) => ({
    ...withTensors(params, 'tensors', here),
    batches: atMost(params.batches, 2),
    ...fisher(params),
  }),
  pack: (params, here) => withTensors(params, 'tensors', here),
  train: smallTraining,
  generate: (params, here) => ({
    ...withAdapter(withTensors(params, 'training_songs', here), here),
    ...(params.prompts === undefined ? {} : {prompts: smallPrompts(params.prompts, 1)}),
    seeds: first(params.seeds),
    strengths: first(params.strengths),
    steps: atMost(params.steps ?? 2, 2),
    ...(params.timesteps === undefined ? {} : {timesteps: [1, 0.5]}),
  }),
  export: withAdapter,
};

/** The fixture's folders are called as upstream's. */
function officialModel(params: ParamObject): ParamObject {
  const {base_model: _base, ...rest} = params;
  return {...rest, model: variantOf(params)};
}

function smallTraining({resume_from, samples, ...params}: ParamObject, here: Here): ParamObject {
  const tensors = withTensors(withTensors(params, 'tensors', here), 'validation.tensors', here);
  if (typeof resume_from === 'string')
    here.left_out.push(`${here.stage.id} begins at step 0: its resume_from is on another machine`);
  return {
    ...tensors,
    max_steps: STEPS,
    dataset_repeats: 1,
    gradient_accumulation_steps: 1,
    batch_size: atMost(params.batch_size, 2),
    logging: {...(params.logging as ParamObject), log_every: 1},
    ...(isStageReference(resume_from) ? {resume_from} : {}),
    ...(isParamObject(samples) ? {samples: smallClips(samples)} : {}),
  };
}

function smallClips(samples: ParamObject): ParamObject {
  return {
    ...samples,
    every_epochs: 0,
    every_steps: STEPS,
    before_first_step: false,
    duration: 1,
    steps: 2,
    seeds: first(samples.seeds),
    strengths: first(samples.strengths),
    ...(samples.prompts === undefined ? {} : {prompts: smallPrompts(samples.prompts, 1)}),
  };
}

/** The first prompt, of a song that is there. */
function smallPrompts(prompts: ParamValue | undefined, duration: number): ParamValue {
  const list = (Array.isArray(prompts) ? prompts.slice(0, 1) : []) as readonly ParamObject[];
  return list.map((prompt) => ({
    ...prompt,
    duration,
    ...(prompt.sample === undefined ? {} : {sample: CLIP}),
  }));
}

function fisher({fisher: own}: ParamObject): ParamObject {
  return isParamObject(own) ? {fisher: {...own, runs: atMost(own.runs, 2)}} : {};
}

/** Folders of tensors are replaced by samples of the fixture; two folders by the same ones. */
function withTensors(params: ParamObject, param: string, {making, stage}: Here): ParamObject {
  return joinedLists(params, param).reduce(
    (now, list) =>
      typeof valueAt(now, list.param) === 'string'
        ? withValue(now, list.param, making.tensors(stage) as ParamValue)
        : now,
    params,
  );
}

function withAdapter(params: ParamObject, {making, stage}: Here): ParamObject {
  return typeof params.adapter === 'string' ? {...params, adapter: making.adapter(stage)} : params;
}

function atMost(value: ParamValue | undefined, most: number): number {
  return Math.min(Number(value ?? most), most);
}

function first(list: ParamValue | undefined): ParamValue {
  return Array.isArray(list) ? (list.slice(0, 1) as ParamValue) : (list ?? []);
}
