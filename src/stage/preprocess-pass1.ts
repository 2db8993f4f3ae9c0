import type {Json, JsonObject} from '../base/json.js';
import {conditioningWords, lyricsText, textOptions} from './conditioning.js';
import {datasetSamples, songSources} from './dataset.js';
import {isAt} from './ineffective.js';
import {componentHash, readsComponents} from './model-json.js';
import {type ParamObject, paramsToJson} from './param.js';
import {collectionIdentity, type PartPlan, type SamplePlan} from './sample-parts.js';
import {wordsMarkOf} from './song-mark.js';
import type {StageType} from './stage-type.js';

/**
 * VAE and text encoder, per sample. What depends on different things has different parts: audio latents on the audio
 * bytes and audio options alone, text states on the prompt, lyric states on the lyrics.
 */
export const preprocessPass1: StageType = {
  name: 'preprocess.pass1',
  version: 2,
  schema: 'stage.preprocess.pass1.schema.json',
  summary: 'Encode songs with the VAE, prompts and lyrics with the text encoder',
  runs: 'worker',
  numerics: 'engine',
  plans_memory: true,
  note: (params) => conditioningWords(textOptions(params).conditioning),
  neutral: ['precision', 'on_error'], // precision enters through the numeric identity
  ineffective: [
    {
      params: ['peak_target'],
      when: isAt('normalize', 'none', 'loudness'),
      because: '`normalize` is not peak',
    },
    {
      params: ['loudness_target'],
      when: isAt('normalize', 'none', 'peak'),
      because: '`normalize` is not loudness',
    },
    {params: ['seed'], when: isAt('latents', 'mean'), because: '`latents: mean` draws nothing'},
    {params: ['tile_overlap'], when: isAt('tile_duration', 0), because: 'songs are encoded in one piece'},
  ],
  files: [],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsComponents('vae', 'text_encoder', 'tokenizer')},
    {param: 'dataset', from: songSources},
  ],
  outputs: () => [{name: 'latents', kind: 'json', file: 'samples.json', identity: collectionIdentity}],
  samples: {over: 'dataset', plan: planSamples, version: 1, made_with},
};

const audioOptions = [
  'max_duration',
  'normalize',
  'peak_target',
  'loudness_target',
  'resampler',
  'latents',
  'tile_duration',
  'tile_overlap',
  'seed',
] as const;

function planSamples(params: ParamObject, inputs: Readonly<Record<string, Json>>): readonly SamplePlan[] {
  const model = inputs.model!;
  const samples = datasetSamples(inputs.dataset);
  return samples.map((sample) => ({
    sample: String(sample.name),
    parts: [
      latents(sample, samples, params, model),
      text(sample, params, model),
      lyrics(sample, params, model),
    ],
    carried: {},
    about: {
      repeats: sample.repeats ?? 1,
      custom_tag: sample.custom_tag ?? '',
      audio_hash: sample.audio_hash ?? null, // chooses validation samples by content
      words: wordsMark(sample, params),
      ...asInference(params), // pass 2 goes on as it began here
    },
  }));
}

/** What holds for all songs, as it counts: two ways to write the same give the same. */
function made_with(params: ParamObject, inputs: Readonly<Record<string, Json>>): JsonObject {
  const {conditioning, limits} = textOptions(params);
  const model = inputs.model!;
  return {
    params: {
      ...setValues(audioParams(params, datasetSamples(inputs.dataset))),
      conditioning,
      max_text_tokens: limits.text,
      max_lyric_tokens: limits.lyrics,
    },
    vae: componentHash(model, 'vae'),
    ...textModel(model),
  };
}

function setValues(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Tells other words of a song from its own, without saying them. */
function wordsMark(sample: JsonObject, params: ParamObject): string {
  const {conditioning} = textOptions(params);
  const language = String(sample.language ?? '');
  return wordsMarkOf(
    String((sample.prompt as JsonObject).text),
    lyricsText({lyrics: String(sample.lyrics), language}, conditioning),
  );
}

function latents(sample: JsonObject, all: readonly JsonObject[], params: ParamObject, model: Json): PartPlan {
  const options = audioParams(params, all);
  return {
    part: 'latents',
    depends_on: {audio: sample.audio_hash!, vae: componentHash(model, 'vae'), ...options},
    work: {
      audio_path: sample.audio_path!,
      audio_hash: sample.audio_hash!,
      max_duration: options.max_duration ?? null,
      audio_seconds: sample.audio_seconds ?? null,
    },
  };
}

function audioParams(params: ParamObject, all: readonly JsonObject[]): JsonObject {
  const json = paramsToJson(params);
  const options: Record<string, Json> = Object.fromEntries(
    audioOptions.map((key) => [key, json[key] ?? null]),
  );
  if (options.max_duration === 0) options.max_duration = longestWholeSeconds(all);
  return options;
}

/** As upstream's automatic limit: the longest song in whole seconds, 240 when no length is known. */
function longestWholeSeconds(samples: readonly JsonObject[]): number {
  const known = samples.map(({audio_seconds}) => audio_seconds).filter((value) => typeof value === 'number');
  return known.length > 0 ? Math.floor(Math.max(...known)) : 240;
}

function text(sample: JsonObject, params: ParamObject, model: Json): PartPlan {
  const prompt = (sample.prompt as JsonObject).text!;
  const {limits} = textOptions(params);
  return {
    part: 'text',
    depends_on: {
      text: prompt,
      max_text_tokens: limits.text,
      ...asInference(params),
      ...textModel(model),
    },
    work: {text: prompt},
  };
}

function lyrics(sample: JsonObject, params: ParamObject, model: Json): PartPlan {
  const {conditioning, limits} = textOptions(params);
  const language = String(sample.language ?? '');
  const whole = lyricsText({lyrics: String(sample.lyrics), language}, conditioning);
  return {
    part: 'lyrics',
    depends_on: {
      lyrics: whole,
      max_lyric_tokens: limits.lyrics,
      ...asInference(params),
      ...textModel(model),
    },
    work: {lyrics: whole},
  };
}

/** Upstream's way is what there was before there was a choice: it has no name in fingerprints. */
function asInference(params: ParamObject): JsonObject {
  const {conditioning} = textOptions(params);
  return conditioning === 'upstream' ? {} : {conditioning};
}

function textModel(model: Json): JsonObject {
  return {text_encoder: componentHash(model, 'text_encoder'), tokenizer: componentHash(model, 'tokenizer')};
}
