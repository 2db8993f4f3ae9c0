import type {ContentHash} from '../base/hash.js';
import {asJson, isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {framesOf, misfitsOfPrompts, type Piece, piecesOf, promptsOf, samplerOptions} from './clip.js';
import {songSources} from './dataset.js';
import {isOff} from './ineffective.js';
import {joinedLists, joinFaults} from './joined.js';
import {stateFaults} from './kept-states.js';
import {componentHash, type ModelComponent} from './model-json.js';
import {isParamObject, isStageReference, type ParamObject} from './param.js';
import {sampleMisfits, tensorsFolder} from './preprocessed-for.js';
import {type CollectedSample, collectionIdentity, type SamplePlan} from './sample-parts.js';
import type {KnownInputs, Misfit, StageType} from './stage-type.js';

/** Makes music with and without the adapter: one cached clip for each prompt, seed and strength, with a picture of it. */
export const generate: StageType = {
  name: 'generate',
  version: 1,
  schema: 'stage.generate.schema.json',
  summary: 'Make music with the adapter, to listen to',
  runs: 'worker',
  numerics: 'engine',
  plans_memory: true,
  check,
  derive: (params, upstream) => ({
    params,
    faults: [...stateFaults(params, upstream), ...joinFaults(params, 'training_songs')],
  }),
  neutral: ['precision', 'on_error', 'output_dir'],
  programs: ({format}) => (format === 'flac' ? [{name: 'ffmpeg', param: 'format'}] : []),
  ineffective: [
    {params: ['strengths', 'checkpoint'], when: isOff('adapter'), because: 'there is no `adapter`'},
    {
      params: ['shift', 'steps'],
      when: (params) => params.timesteps !== undefined,
      because: '`timesteps` decide',
    },
    {params: ['solver'], when: ({method}) => method === 'sde', because: '`method` is sde'},
    {
      params: ['dcw.high_scaler'],
      when: ({dcw}) => isParamObject(dcw) && dcw.mode !== 'double',
      because: '`dcw.mode` has one scaler',
    },
  ],
  files: [
    {param: 'adapter', kind: 'file_or_folder', identity: 'content', optional: true},
    {...tensorsFolder('training_songs'), optional: true},
  ],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsInferenceModel},
    {param: 'adapter', from: ['train', 'command']},
    {param: 'dataset', from: songSources},
    // The nearest song is named, so names count here.
    {param: 'training_songs', from: ['preprocess.pass2', 'command'], reads: (value) => value},
  ],
  outputs: () => [{name: 'clips', kind: 'json', file: 'index.json', identity: collectionIdentity}],
  samples: {over: 'prompts', plan: planClips, file: clipFile},
  publishes: [{output: 'clips', param: 'output_dir'}],
  places: ['output_dir'],
};

const COMPONENTS: readonly ModelComponent[] = ['dit', 'silence_latent', 'vae', 'text_encoder', 'tokenizer'];

function readsInferenceModel(model: Json): Json {
  const hashes = Object.fromEntries(COMPONENTS.map((name) => [name, componentHash(model, name)]));
  return {...hashes, base: isJsonObject(model) ? (model.base ?? null) : null};
}

/** What of the parameters decides each clip apart from its prompt, seed and strength, and is handed on as it is. */
const SOUND = ['format', 'bits'] as const;

function planClips(
  params: ParamObject,
  inputs: Readonly<Record<string, Json>>,
  identities: Readonly<Record<string, ContentHash>>,
): readonly SamplePlan[] {
  const model = inputs.model!;
  const sampler = asJson(samplerOptions(params, model));
  const sound = Object.fromEntries(SOUND.map((key) => [key, (params[key] ?? null) as Json]));
  const strengths = params.adapter === undefined ? [0] : (params.strengths as readonly number[]);
  const seeds = params.seeds as readonly number[];
  const shared = {sampler, sound, model: readsInferenceModel(model), songs: songsOf(params, identities)};
  return piecesOf(promptsOf(params.prompts), {dataset: inputs.dataset}).flatMap((piece) =>
    seeds.flatMap((seed) =>
      strengths.map((strength) =>
        planClip(piece, {seed, strength, shared, adapter: adapterOf(params, identities)}),
      ),
    ),
  );
}

/** The weights that act: at strength 0 none do, whatever the adapter is. */
function adapterOf({checkpoint}: ParamObject, {adapter}: Readonly<Record<string, ContentHash>>): Json {
  return adapter === undefined ? null : {content: adapter, checkpoint: (checkpoint ?? 'last') as Json};
}

interface Take {
  readonly seed: number;
  readonly strength: number;
  readonly adapter: Json;
  readonly shared: {
    readonly sampler: JsonObject;
    readonly sound: JsonObject;
    readonly model: Json;
    /** What the clip is compared with; null: nothing. */
    readonly songs: Json;
  };
}

/** By stage and folder; null where nothing is to be compared. */
function songsOf(params: ParamObject, identities: Readonly<Record<string, ContentHash>>): Json {
  const lists = joinedLists(params, 'training_songs').map(({param}) => identities[param]!);
  return lists.length === 0 ? null : lists;
}

function planClip(piece: Piece, {seed, strength, adapter, shared: {songs, ...shared}}: Take): SamplePlan {
  const {name, ...words} = piece;
  const frames = framesOf(piece);
  const clip = {...words, frames, seed, strength};
  const depends_on: JsonObject = {...clip, ...shared, adapter: strength === 0 ? null : adapter};
  const sample = `${name}-seed${seed}-strength${strength}`;
  return {
    sample,
    parts: [
      ...['clip', 'spectrogram'].map((part) => ({part, depends_on, work: clip})),
      ...(songs === null ? [] : [{part: 'nearest', depends_on: {...depends_on, songs}, work: clip}]),
    ],
    carried: {},
    about: {
      prompt: name,
      file: `${sample}.${String(shared.sound.format)}`,
      picture: `${sample}.png`,
      ...clip,
      sampler: shared.sampler,
      format: shared.sound.format!,
      bits: shared.sound.bits!,
    },
  };
}

function clipFile({about}: CollectedSample, part: string): string {
  if (part === 'nearest') return String(about.picture).replace(/\.png$/, '.nearest.json');
  return String(part === 'clip' ? about.file : about.picture);
}

function check(params: ParamObject, known: KnownInputs): Misfit[] {
  const {json, stages} = known;
  const prompts = misfitsOfPrompts(promptsOf(params.prompts), {
    at: 'prompts',
    model: json.model,
    dataset: json.dataset,
    has_dataset: isStageReference(params.dataset),
  });
  const songs = sampleMisfits(['training_songs'], known);
  return [
    ...prompts,
    ...songs,
    ...formatMisfits(params),
    ...baseMisfits(json.model, stages.adapter?.json('model')),
  ];
}

function formatMisfits({format, bits}: ParamObject): Misfit[] {
  if (format !== 'flac' || bits !== 'float') return [];
  return [
    {
      param: 'bits',
      problem: {
        code: 'generate/format-impossible',
        message: 'FLAC holds integers: there is no `bits: float` in it',
        hint: 'Write `bits: 24`, or `format: wav`.',
      },
    },
  ];
}

/** An adapter's weights mean something beside those it was trained on alone. */
function baseMisfits(model: Json | undefined, trainedOn: Json | undefined): Misfit[] {
  if (!isJsonObject(model) || !isJsonObject(trainedOn) || model.base === trainedOn.base) return [];
  return [
    {
      param: 'adapter',
      problem: {
        code: 'generate/other-base',
        message: `The adapter is trained on ${String(trainedOn.name)} (${String(trainedOn.base)}), and the music is to be made with ${String(model.name)} (${String(model.base)})`,
        hint: 'Take the model that the train stage has.',
      },
    },
  ];
}
