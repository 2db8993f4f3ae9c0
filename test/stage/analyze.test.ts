import {expect, test} from 'vitest';
import type {Json, JsonObject} from '../../src/base/json.js';
import {analyze} from '../../src/stage/analyze.js';
import {datasetIdentity} from '../../src/stage/dataset.js';
import type {ParamObject} from '../../src/stage/param.js';
import type {SampleCollection} from '../../src/stage/sample-parts.js';
import {resolveText} from '../config/resolved.js';

const song = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  audio_path: `/music/${name}`,
  audio_hash: name,
  audio_seconds: 60,
  caption: 'x',
  genre: '',
  custom_tag: '',
  tag_position: 'prepend',
  duration: 60,
  prompt: {source: 'caption', text: 'old'},
  origins: {bpm: 'sidecar'},
  bpm: '',
  keyscale: '',
  timesignature: '',
  ...more,
});
const songs = [song('bare'), song('said', {bpm: '60', keyscale: 'E minor', timesignature: '3/4'})];
const params: ParamObject = {
  fields: ['bpm', 'keyscale', 'timesignature'],
  merge: 'fill_missing',
  min_confidence: 0.5,
};
const measurements = {
  tempo: 119.6,
  tempo_confidence: 0.9,
  key: 'A minor',
  key_confidence: 0.4,
  meter: '4/4',
  meter_confidence: 0.5,
};

function filled(changes: ParamObject) {
  const plans = analyze.samples!.plan({...params, ...changes}, {dataset: {samples: songs}}, {});
  const samples = plans.map(({sample, about}) => ({
    sample,
    about,
    parts: {measurements: {hash: 'f', size: 1, about: measurements}},
  }));
  const collection = {kind: 'sample_collection', samples, missing: []} as unknown as SampleCollection;
  return analyze.samples!.gather!(collection, {dataset: {samples: songs}}) as {samples: JsonObject[]};
}

test.each<{changes: ParamObject; bare: string; said: string}>([
  {changes: {}, bare: '120||4/4', said: '60|E minor|3/4'},
  {changes: {min_confidence: 0.3}, bare: '120|A minor|4/4', said: '60|E minor|3/4'},
  {changes: {min_confidence: 0.95}, bare: '||', said: '60|E minor|3/4'},
  {changes: {fields: ['timesignature']}, bare: '||4/4', said: '60|E minor|3/4'},
  {changes: {merge: 'overwrite_bpm'}, bare: '120||4/4', said: '120|E minor|3/4'},
  {
    changes: {merge: 'overwrite_keyscale', min_confidence: 0.3},
    bare: '120|A minor|4/4',
    said: '60|A minor|3/4',
  },
  {changes: {merge: 'overwrite_timesignature'}, bare: '120||4/4', said: '60|E minor|4/4'},
  {changes: {merge: 'overwrite_all'}, bare: '120||4/4', said: '120|E minor|4/4'},
])('$changes makes $bare of a song of which nothing is said, and $said of one that has all', (row) => {
  const texts = filled(row.changes).samples.map(
    ({bpm, keyscale, timesignature}) => `${bpm}|${keyscale}|${timesignature}`,
  );
  expect(texts).toEqual([row.bare, row.said]);
});

test('a song is measured by its sound alone: no parameter and no name asks for it again', () => {
  const partOf = (changes: ParamObject, of: JsonObject) =>
    analyze.samples!.plan({...params, ...changes}, {dataset: {samples: [of]}}, {})[0]!.parts[0]!.depends_on;
  const other = song('other', {audio_hash: 'bare', bpm: '99'});
  expect(partOf({merge: 'overwrite_all', min_confidence: 0.9}, other)).toEqual(partOf({}, songs[0]!));
});

test('what was measured and not filled in decides nothing later', () => {
  const unsure = filled({min_confidence: 1});
  expect(unsure.samples[0]).toHaveProperty('measurements');
  expect(datasetIdentity(unsure as unknown as Json)).toEqual(datasetIdentity({samples: songs}));
});

test('it works on the CPU, whatever the pipeline says; what names a song takes the last list of songs', () => {
  const resolved = resolveText(`sidestep: 1
name: x
defaults: {device: cuda}
stages:
  model: {uses: scan, with: {checkpoint_dir: ./c}}
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  words: {uses: caption, with: {dataset: "\${stages.numbers}", base_url: http://127.0.0.1:1/v1, model: ears}}
  numbers: {uses: analyze, with: {dataset: "\${stages.songs}"}}
  clips: {uses: generate, with: {model: "\${stages.model}", prompts: [{sample: a}]}}
`);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const {stages} = resolved.value;
  const byId = new Map(stages.map((stage) => [String(stage.id), stage]));
  expect(byId.get('numbers')!.resources).toMatchObject({device: 'cpu', precision: 'auto'});
  expect(byId.get('clips')!.params.dataset).toEqual({$stage: 'words'});
});
