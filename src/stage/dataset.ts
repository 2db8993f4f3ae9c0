import {isJsonObject, type Json} from '../base/json.js';
import {jsonObject, readsComponents} from './model-json.js';
import {sidecarEndings} from './sidecar-endings.js';
import type {StageType} from './stage-type.js';

/** Finds the songs with their captions, lyrics and metadata; its result is `dataset.json`. */
export const dataset: StageType = {
  name: 'dataset',
  version: 7,
  schema: 'stage.dataset.schema.json',
  summary: 'Find the songs, their captions and lyrics, and check them all',
  runs: 'light',
  foresees: true,
  numerics: 'none',
  neutral: ['on_error'],
  files: [
    {param: 'audio_dir', kind: 'folder', identity: 'stat_and_path', optional: true},
    {
      param: 'dataset_json',
      kind: 'file',
      identity: 'content_and_path',
      mentions: songFiles,
      optional: true,
    },
  ],
  inputs: [
    {param: 'audio_dir', from: ['fixture', 'command']},
    {param: 'dataset_json', from: ['fixture', 'command']},
    {param: 'model', from: ['scan'], reads: readsComponents('tokenizer')},
  ],
  outputs: () => [{name: 'dataset', kind: 'json', file: 'dataset.json', identity: datasetIdentity}],
};

/** The songs a dataset JSON names and the files that may be beside them. What cannot be parsed, the stage itself reports. */
function songFiles(content: Json): string[] {
  const songs = entriesOf(content).flatMap((entry) => {
    const path = isJsonObject(entry) ? (entry.audio_path ?? entry.filename) : undefined;
    return typeof path === 'string' && path !== '' && !path.includes('\0')
      ? [path.replaceAll('\\', '/')]
      : [];
  });
  return songs.flatMap((song) => {
    const stem = song.replace(/\.[^./\\]*$/, '');
    return [song, ...sidecarEndings.map((ending) => stem + ending)];
  });
}

/** A dataset JSON is a list of songs, or an object with `samples`. */
function entriesOf(value: Json): readonly Json[] {
  const list = isJsonObject(value) ? value.samples : value;
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** Stage types whose result is a list of songs, the more complete one last. */
export const songSources: readonly string[] = ['dataset', 'join', 'analyze', 'caption'];

/** The samples without what a renamed or moved song changes, and without what was measured but not filled in. */
export function datasetIdentity(value: Json): Json {
  return datasetSamples(value).map((sample) => {
    const {name: _name, audio_path: _path, origins: _origins, measurements: _measurements, ...rest} = sample;
    return rest;
  });
}

/** The samples of a `dataset.json`. Throws a TypeError on what no `dataset` stage wrote. */
export function datasetSamples(value: Json | undefined) {
  const samples = jsonObject(value, 'dataset.json').samples;
  if (!Array.isArray(samples)) throw new TypeError('Expected a list in dataset.json: samples');
  return (samples as readonly Json[]).map((sample) => jsonObject(sample, 'dataset.json: samples'));
}
