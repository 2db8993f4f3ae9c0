import {expect, test} from 'vitest';
import type {Json, JsonObject} from '../../src/base/json.js';
import {caption} from '../../src/stage/caption.js';
import {datasetIdentity} from '../../src/stage/dataset.js';
import type {ParamObject} from '../../src/stage/param.js';
import {preprocessPass1} from '../../src/stage/preprocess-pass1.js';
import type {PartObject, SampleCollection} from '../../src/stage/sample-parts.js';
import {resolveText} from '../config/resolved.js';

const hash = (letter: string) => letter.repeat(64);

function song(name: string, more: JsonObject = {}): JsonObject {
  const facts = {
    caption: '',
    genre: '',
    custom_tag: '',
    tag_position: 'prepend',
    bpm: '',
    keyscale: '',
    timesignature: '',
    duration: 12,
  };
  return {
    name,
    audio_path: `/music/${name}`,
    audio_hash: hash(name[0]!),
    audio_seconds: 12.5,
    ...facts,
    prompt_override: null,
    lyrics: '[Instrumental]',
    is_instrumental: true,
    language: 'unknown',
    repeats: 1,
    prompt: {source: 'caption', text: 'old'},
    ...more,
    origins: {lyrics: 'default', is_instrumental: 'default', ...(more.origins as JsonObject | undefined)},
  };
}

const songs = [
  song('bare.wav'),
  song('named.wav', {caption: 'named', origins: {caption: 'file_name'}}),
  song('titled.wav', {caption: 'A Title', origins: {caption: 'tags'}}),
  song('told.wav', {caption: 'slow blues', origins: {caption: 'sidecar'}}),
  song('sung.wav', {
    caption: 'folk',
    lyrics: 'la la',
    is_instrumental: false,
    origins: {caption: 'dataset_json', lyrics: 'sidecar'},
  }),
  song('beat.wav', {caption: 'beat', origins: {caption: 'sidecar', is_instrumental: 'sidecar'}}),
];

const params: ParamObject = {
  base_url: 'http://127.0.0.1:8000/v1/',
  model: 'ears',
  merge: 'fill_missing',
  send: 'audio',
  audio_seconds: 60,
  prompt: 'Describe it.',
  lyrics: 'leave',
  lyrics_prompt: 'Write it down.',
  api_key_env: 'EARS_KEY',
};

const plan = (changes: ParamObject = {}, of: readonly JsonObject[] = songs) =>
  caption.samples!.plan({...params, ...changes}, {dataset: {samples: of}}, {});

test.each<{changes: ParamObject; asked: string}>([
  {changes: {}, asked: 'bare:caption named:caption titled:caption'},
  {
    changes: {merge: 'overwrite_caption'},
    asked: 'bare:caption named:caption titled:caption told:caption sung:caption beat:caption',
  },
  {
    changes: {lyrics: 'ask'},
    asked: 'bare:caption bare:lyrics named:caption named:lyrics titled:caption titled:lyrics told:lyrics',
  },
  {
    changes: {lyrics: 'ask', merge: 'overwrite_all'},
    asked:
      'bare:caption bare:lyrics named:caption named:lyrics titled:caption titled:lyrics told:caption told:lyrics sung:caption sung:lyrics beat:caption',
  },
])('$changes asks for $asked', ({changes, asked}) => {
  const parts = plan(changes).flatMap(({sample, parts}) =>
    parts.map(({part}) => `${sample.replace('.wav', '')}:${part}`),
  );
  expect(parts.join(' ')).toBe(asked);
});

const dependsOn = (changes: ParamObject = {}, of = songs) => plan(changes, of)[0]!.parts[0]!.depends_on;

test.each<{name: string; changes: ParamObject; same: boolean}>([
  {name: 'another machine', changes: {base_url: 'https://ears.example/v1'}, same: true},
  {name: 'another key', changes: {api_key_env: 'OTHER'}, same: true},
  {name: 'another path', changes: {base_url: 'http://127.0.0.1:8000/v2'}, same: false},
  {name: 'another model', changes: {model: 'eyes'}, same: false},
  {name: 'another prompt', changes: {prompt: 'Name it.'}, same: false},
  {name: 'more of the song', changes: {audio_seconds: 90}, same: false},
  {name: 'warmer words', changes: {temperature: 1}, same: false},
])('$name: asked again is $same’s opposite', ({changes, same}) => {
  const [before, after] = [dependsOn(), dependsOn(changes)].map((value) => JSON.stringify(value));
  expect(after === before).toBe(same);
  expect(after).not.toContain('KEY');
});

test('a moved song is asked nothing again; what is told of one counts, its own caption does not', () => {
  const moved = {...songs[0]!, name: 'live/other.wav', audio_path: '/elsewhere/other.wav'};
  expect(dependsOn({}, [moved])).toEqual(dependsOn());
  const told = (more: JsonObject) =>
    dependsOn({send: 'metadata', merge: 'overwrite_caption'}, [{...songs[0]!, ...more}]);
  expect(told({bpm: '97.5', genre: 'blues'})).toMatchObject({
    audio: null,
    metadata: 'title: bare\ngenre: blues\nbeats per minute: 97.5\nseconds long: 12\nlyrics: [Instrumental]',
  });
  expect(told({caption: 'said by somebody'})).toEqual(told({}));
});

/** What the stage leaves where these are the answers. */
function gathered(
  answers: Readonly<Record<string, Record<string, string>>>,
  of: readonly JsonObject[] = songs,
) {
  const part = (text: string): PartObject =>
    ({hash: hash('f'), size: 1, about: {text}}) as unknown as PartObject;
  const samples = of
    .filter(({name}) => name !== 'told.wav')
    .map(({name}) => ({
      sample: String(name),
      about: {},
      parts: Object.fromEntries(
        Object.entries(answers[String(name)] ?? {}).map(([wish, text]) => [wish, part(text)]),
      ),
    }));
  const collection: SampleCollection = {kind: 'sample_collection', samples, missing: []};
  return caption.samples!.gather!(collection, {dataset: {samples: [...of], findings: []}}) as {
    samples: JsonObject[];
  };
}

test('answers are in the songs and their prompts; songs that failed are left out, others are as they were', () => {
  const tagged = songs.map((each) => ({...each, custom_tag: 'mystyle'}));
  const {samples} = gathered(
    {'bare.wav': {caption: 'a waltz', lyrics: '[Verse]\nla'}, 'titled.wav': {lyrics: '[Instrumental]'}},
    tagged,
  );
  expect(samples.map(({name}) => name)).not.toContain('told.wav');
  expect(samples[0]).toMatchObject({
    caption: 'a waltz',
    lyrics: '[Verse]\nla',
    is_instrumental: false,
    origins: {caption: 'caption_stage', lyrics: 'caption_stage'},
    prompt: {
      source: 'caption',
      text: expect.stringContaining('# Caption\nmystyle, a waltz\n\n# Metas\n- bpm: N/A'),
    },
  });
  expect(samples[2]).toMatchObject({is_instrumental: true, caption: 'A Title', origins: {caption: 'tags'}});
});

test('its result is a dataset to pass 1, in which the answers are what is encoded', () => {
  const model = {
    components: Object.fromEntries(['vae', 'text_encoder', 'tokenizer'].map((name) => [name, {hash: name}])),
  };
  const dataset = gathered({'bare.wav': {caption: 'a waltz'}}) as unknown as Json;
  const [first] = preprocessPass1.samples!.plan(
    {conditioning: 'inference', max_duration: 240},
    {model, dataset},
    {},
  );
  const text = first!.parts.find(({part}) => part === 'text')!;
  expect(text.work.text).toContain('# Caption\na waltz\n');
  expect(JSON.stringify(datasetIdentity(dataset))).not.toContain('/music/');
});

test.each<{changes: ParamObject; at: string; code: string}>([
  {changes: {base_url: 'http://'}, at: 'base_url', code: 'caption/no-address'},
  {changes: {base_url: 'https://me:secret@host/v1'}, at: 'base_url', code: 'caption/key-in-address'},
  {changes: {base_url: 'https://host/v1?key=secret'}, at: 'base_url', code: 'caption/key-in-address'},
  {changes: {lyrics: 'ask', send: 'metadata'}, at: 'lyrics', code: 'caption/lyrics-unheard'},
])('$code is said before anything runs', ({changes, at, code}) => {
  const known = {json: {}, stages: {}, files: {}};
  const found = caption.check!({...params, ...changes}, known);
  expect(found).toMatchObject([{param: at, problem: {code}}]);
  expect(JSON.stringify(found)).not.toContain('secret');
});

test('with a key it runs where sidestep runs: that is sent to no other machine and into no file of a job', () => {
  const resolved = resolveText(`sidestep: 1
name: x
executors: {cluster: {type: slurm}}
stages:
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  it: {uses: caption, resources: {executor: cluster}, with: {dataset: "\${stages.songs}", base_url: http://127.0.0.1:1/v1, model: ears, api_key_env: MY_KEY}}
`);
  expect(resolved).toMatchObject({
    ok: false,
    problems: [{code: 'config/executor-with-secrets', message: expect.stringContaining('MY_KEY')}],
  });
});
