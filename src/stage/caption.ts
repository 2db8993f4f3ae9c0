import type {Json, JsonObject} from '../base/json.js';
import {datasetIdentity, datasetSamples, songSources} from './dataset.js';
import {isAt} from './ineffective.js';
import {jsonObject} from './model-json.js';
import {type ParamObject, paramsToJson} from './param.js';
import type {PartPlan, SampleCollection, SamplePlan} from './sample-parts.js';
import {withFields} from './song-fields.js';
import type {Misfit, StageType} from './stage-type.js';

/** Asks a model for the words that songs lack; each answer is an entry of its own. Its result is a `dataset.json` again. */
export const caption: StageType = {
  name: 'caption',
  version: 1,
  schema: 'stage.caption.schema.json',
  summary: 'Ask a model that hears music for captions and lyrics that songs lack',
  runs: 'worker',
  numerics: 'none',
  neutral: [
    'api_key_env',
    'requests_at_once',
    'request_timeout',
    'request_retries',
    'write_sidecars',
    'on_error',
  ],
  secrets: ({api_key_env}) => (typeof api_key_env === 'string' ? [api_key_env] : []),
  check,
  ineffective: [
    {params: ['audio_seconds'], when: isAt('send', 'metadata'), because: '`send: metadata` sends no audio'},
    {params: ['lyrics_prompt'], when: isAt('lyrics', 'leave'), because: '`lyrics: leave` asks for none'},
  ],
  files: [],
  // Its result names songs and where they are: it is made again when they move, and no one is asked again.
  inputs: [{param: 'dataset', from: songSources, reads: (value) => value}],
  outputs: () => [{name: 'dataset', kind: 'json', file: 'dataset.json', identity: datasetIdentity}],
  samples: {over: 'dataset', plan: planSongs, gather: captionedDataset},
};

/** What can be asked of a song. */
type Wish = 'caption' | 'lyrics';

function check({base_url, send, lyrics}: ParamObject): Misfit[] {
  const found: Misfit[] = [];
  const wrong = addressProblem(String(base_url));
  if (wrong !== undefined) found.push({param: 'base_url', problem: wrong});
  if (lyrics === 'ask' && send === 'metadata') found.push({param: 'lyrics', problem: unheardLyrics});
  return found;
}

function addressProblem(address: string): Misfit['problem'] | undefined {
  if (!URL.canParse(address)) return noAddress;
  const {username, password, search} = new URL(address);
  return username + password + search === '' ? undefined : keyInAddress;
}

const noAddress = {
  code: 'caption/no-address',
  message: 'This is no address of a server',
  hint: 'Write what is before /chat/completions, such as http://127.0.0.1:8000/v1.',
};

const keyInAddress = {
  code: 'caption/key-in-address',
  message:
    'The address holds a user, a password or what follows a question mark: addresses are written into records',
  hint: 'Put the key into an environment variable, and its name into `api_key_env`.',
};

const unheardLyrics = {
  code: 'caption/lyrics-unheard',
  message:
    'Lyrics are asked for, and with `send: metadata` the model hears nothing: it could only invent them',
  hint: 'Write send: audio, or lyrics: leave.',
};

function planSongs(params: ParamObject, inputs: Readonly<Record<string, Json>>): readonly SamplePlan[] {
  return datasetSamples(inputs.dataset).map((song) => ({
    sample: String(song.name),
    parts: wishesFor(song, params).map((wish) => question(song, wish, params)),
    carried: {},
    about: {},
  }));
}

/** What is to be asked of a song, by the merge policy. */
function wishesFor(song: JsonObject, {merge, lyrics}: ParamObject): Wish[] {
  const origins = jsonObject(song.origins, 'dataset.json: samples.origins');
  const wishes: Wish[] = [];
  if (merge !== 'fill_missing' || lacksCaption(song, origins)) wishes.push('caption');
  const isSaidInstrumental = song.is_instrumental === true && origins.is_instrumental !== 'default';
  const lacksLyrics = origins.lyrics === 'default' || String(song.lyrics).trim() === '';
  if (lyrics === 'ask' && !isSaidInstrumental && (merge === 'overwrite_all' || lacksLyrics))
    wishes.push('lyrics');
  return wishes;
}

/** A file's name and a title from its tags do not say what a song sounds like. */
function lacksCaption(song: JsonObject, origins: JsonObject): boolean {
  return String(song.caption).trim() === '' || origins.caption === 'file_name' || origins.caption === 'tags';
}

function question(song: JsonObject, wish: Wish, params: ParamObject): PartPlan {
  const {send, model, base_url, temperature = null, max_tokens = null, audio_seconds} = paramsToJson(params);
  const prompt = wish === 'caption' ? params.prompt : params.lyrics_prompt;
  const hears = send !== 'metadata';
  const metadata = send === 'audio' ? null : metadataOf(song, wish);
  const asked = {prompt: String(prompt), metadata, audio_seconds: hears ? audio_seconds! : null};
  return {
    part: wish,
    depends_on: {
      ...asked,
      audio: hears ? song.audio_hash! : null,
      model: model!,
      path: new URL(String(base_url)).pathname.replace(/\/+$/, ''),
      temperature,
      max_tokens,
    },
    work: {...asked, audio_path: song.audio_path!, audio_hash: song.audio_hash!},
  };
}

/** What the model is told of a song, a line each; never what it is asked for, so that its own answer changes no question. */
function metadataOf(song: JsonObject, wish: Wish): string {
  const file = String(song.name).replace(/^.*\//, '');
  const known: Record<string, Json | undefined> = {
    title: file.replace(/\.[^.]*$/, ''),
    genre: song.genre,
    'beats per minute': song.bpm,
    key: song.keyscale,
    'time signature': song.timesignature,
    'seconds long': song.duration,
    language: song.language === 'unknown' ? '' : song.language,
    lyrics: wish === 'lyrics' ? '' : song.lyrics,
  };
  return Object.entries(known)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
}

/** The dataset with the answers in it; songs that failed are left out. */
function captionedDataset(collection: SampleCollection, inputs: Readonly<Record<string, Json>>): Json {
  const answers = new Map(collection.samples.map(({sample, parts}) => [sample, parts]));
  const samples = datasetSamples(inputs.dataset).flatMap((song) => {
    const parts = answers.get(String(song.name));
    if (parts === undefined) return [];
    const text = (wish: Wish) => parts[wish]?.about.text;
    return [withWords(song, text('caption'), text('lyrics'))];
  });
  return {...jsonObject(inputs.dataset, 'dataset.json'), samples};
}

function withWords(song: JsonObject, own: Json | undefined, lyrics: Json | undefined): JsonObject {
  const found = {
    ...(own === undefined ? {} : {caption: own}),
    ...(lyrics === undefined ? {} : {lyrics, is_instrumental: isInstrumental(String(lyrics))}),
  };
  return withFields(song, found, 'caption_stage');
}

function isInstrumental(lyrics: string): boolean {
  return /^\[?\s*instrumental\s*\]?$/i.test(lyrics.trim());
}
