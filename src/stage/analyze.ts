import type {Json, JsonObject} from '../base/json.js';
import {datasetIdentity, datasetSamples, songSources} from './dataset.js';
import {jsonObject} from './model-json.js';
import {type ParamObject, paramsToJson} from './param.js';
import type {SampleCollection, SamplePlan} from './sample-parts.js';
import {withFields} from './song-fields.js';
import type {StageType} from './stage-type.js';

/** Measures the songs, each once, and fills in what no one said of them. Its result is a `dataset.json` again. */
export const analyze: StageType = {
  name: 'analyze',
  version: 1,
  schema: 'stage.analyze.schema.json',
  summary: 'Measure tempo, key, meter and loudness of the songs',
  runs: 'worker',
  numerics: 'engine',
  computes_on: 'cpu',
  neutral: ['write_sidecars', 'on_error'],
  files: [],
  // Its result names songs and where they are: it is made again when they move, and nothing is measured again.
  inputs: [{param: 'dataset', from: songSources, reads: (value) => value}],
  outputs: () => [{name: 'dataset', kind: 'json', file: 'dataset.json', identity: datasetIdentity}],
  samples: {over: 'dataset', plan: planSongs, gather: analyzedDataset},
};

/** What may be filled in, and what of the measurements says it. */
const measured = {
  bpm: {value: 'tempo', confidence: 'tempo_confidence'},
  keyscale: {value: 'key', confidence: 'key_confidence'},
  timesignature: {value: 'meter', confidence: 'meter_confidence'},
} as const;

export type MeasuredField = keyof typeof measured;

export const measuredFields = Object.keys(measured) as readonly MeasuredField[];

function planSongs(params: ParamObject, inputs: Readonly<Record<string, Json>>): readonly SamplePlan[] {
  const {min_confidence} = paramsToJson(params);
  return datasetSamples(inputs.dataset).map((song) => ({
    sample: String(song.name),
    parts: [
      {
        part: 'measurements',
        depends_on: {audio: song.audio_hash!},
        work: {
          audio_path: song.audio_path!,
          audio_hash: song.audio_hash!,
          audio_seconds: song.audio_seconds ?? 0,
        },
      },
    ],
    carried: {},
    about: {fields: wantedOf(song, params), min_confidence: min_confidence!},
  }));
}

/** The fields that are to be filled in, by the merge policy. */
function wantedOf(song: JsonObject, {fields, merge}: ParamObject): MeasuredField[] {
  const chosen = new Set(fields as readonly string[]);
  return measuredFields.filter(
    (field) =>
      chosen.has(field) &&
      (song[field] === '' || merge === 'overwrite_all' || merge === `overwrite_${field}`),
  );
}

/** The dataset with the measurements in it; songs that failed are left out. */
function analyzedDataset(collection: SampleCollection, inputs: Readonly<Record<string, Json>>): Json {
  const found = new Map(collection.samples.map((each) => [each.sample, each]));
  const samples = datasetSamples(inputs.dataset).flatMap((song) => {
    const {about, parts} = found.get(String(song.name)) ?? {};
    const measurements = parts?.measurements?.about;
    if (about === undefined || measurements === undefined) return [];
    const fields = (about.fields as MeasuredField[]).filter(
      (field) => Number(measurements[measured[field].confidence]) >= Number(about.min_confidence),
    );
    const values = fields.map((field) => [field, fieldText(measurements[measured[field].value]!)]);
    const told = values.length === 0 ? song : withFields(song, Object.fromEntries(values), 'analyze_stage');
    return [{...told, measurements}];
  });
  return {...jsonObject(inputs.dataset, 'dataset.json'), samples};
}

/** ACE-Step knows tempi as whole numbers. */
function fieldText(value: Json): string {
  return typeof value === 'number' ? String(Math.round(value)) : String(value);
}
