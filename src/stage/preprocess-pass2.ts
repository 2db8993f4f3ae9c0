import type {Json} from '../base/json.js';
import {componentHash, readsComponents} from './model-json.js';
import type {ParamObject} from './param.js';
import {COLLECTION_FILE, collectionIdentity, isSampleCollection, type SamplePlan} from './sample-parts.js';
import type {StageType} from './stage-type.js';

/** Condition encoder, per sample: text and lyric states to the condition the transformer sees. Latents pass through. */
export const preprocessPass2: StageType = {
  name: 'preprocess.pass2',
  version: 1,
  schema: 'stage.preprocess.pass2.schema.json',
  summary: 'Encode the conditions that training needs',
  runs: 'worker',
  numerics: 'engine',
  memory: 'planned',
  neutral: ['precision', 'on_error', 'output_dir'],
  files: [],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsComponents('dit')}, // upstream keeps the condition encoder in that file
    {param: 'latents', from: ['preprocess.pass1']},
  ],
  outputs: () => [{name: 'tensors', kind: 'json', file: COLLECTION_FILE, identity: collectionIdentity}],
  samples: {over: 'latents', plan: planSamples},
  publishes: [{output: 'tensors', param: 'output_dir'}],
};

function planSamples(_params: ParamObject, inputs: Readonly<Record<string, Json>>): readonly SamplePlan[] {
  const {latents, model} = inputs;
  if (!isSampleCollection(latents)) throw new TypeError('Expected a sample collection');
  return latents.samples.map(({sample, about, parts}) => ({
    sample,
    parts: [
      {
        part: 'conditions',
        depends_on: {
          text: parts.text!.hash,
          lyrics: parts.lyrics!.hash,
          condition_encoder: componentHash(model!, 'dit'),
        },
        work: {text: parts.text!.hash, lyrics: parts.lyrics!.hash},
      },
    ],
    carried: {latents: parts.latents!},
    about,
  }));
}
