import type {Json, JsonObject} from '../base/json.js';
import {type Conditioning, conditioningWords, textOptions} from './conditioning.js';
import {componentHash, readsComponents} from './model-json.js';
import type {ParamObject} from './param.js';
import {COLLECTION_FILE, collectionIdentity, isSampleCollection, type SamplePlan} from './sample-parts.js';
import type {KnownInputs, Misfit, StageType} from './stage-type.js';

/** Condition encoder, per sample: text and lyric states to the condition the transformer sees. Latents pass through. */
export const preprocessPass2: StageType = {
  name: 'preprocess.pass2',
  version: 2,
  schema: 'stage.preprocess.pass2.schema.json',
  summary: 'Encode the conditions that training needs',
  runs: 'worker',
  numerics: 'engine',
  plans_memory: true,
  note: ({conditioning}) =>
    conditioning === undefined ? undefined : conditioningWords(conditioning as Conditioning),
  check: sameAsBefore,
  neutral: ['precision', 'on_error', 'output_dir'],
  files: [],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsComponents('dit', 'silence_latent')}, // upstream keeps the condition encoder in `dit`
    {param: 'latents', from: ['preprocess.pass1']},
  ],
  outputs: () => [{name: 'tensors', kind: 'json', file: COLLECTION_FILE, identity: collectionIdentity}],
  samples: {over: 'latents', plan: planSamples, version: 1, made_with},
  places: ['output_dir'],
  publishes: [{output: 'tensors', param: 'output_dir'}],
};

/** Texts of one kind beside a reference of the other are what no program builds. */
function sameAsBefore({conditioning}: ParamObject, {stages}: KnownInputs): Misfit[] {
  const before = stages.latents;
  if (conditioning === undefined || before?.uses !== 'preprocess.pass1') return [];
  const other = textOptions(before.params).conditioning;
  if (other === conditioning) return [];
  return [
    {
      param: 'conditioning',
      problem: {
        code: 'preprocess/conditioning-differs',
        message: `The texts are encoded with conditioning: ${other}, so the conditions cannot be built with conditioning: ${String(conditioning)}`,
        hint: 'Leave it out here: the second pass goes on as the first began.',
      },
    },
  ];
}

function planSamples(params: ParamObject, inputs: Readonly<Record<string, Json>>): readonly SamplePlan[] {
  const {latents, model} = inputs;
  if (!isSampleCollection(latents)) throw new TypeError('Expected a sample collection');
  return latents.samples.map(({sample, about, parts}) => {
    const reference = referenceOf(params.conditioning ?? about.conditioning ?? 'upstream', model!);
    return {
      sample,
      parts: [
        {
          part: 'conditions',
          depends_on: {
            text: parts.text!.hash,
            lyrics: parts.lyrics!.hash,
            condition_encoder: componentHash(model!, 'dit'),
            ...reference,
          },
          work: {
            text: parts.text!.hash,
            lyrics: parts.lyrics!.hash,
            reference: 'silence_latent' in reference ? 'silence' : 'none',
          },
        },
      ],
      carried: {latents: parts.latents!},
      about,
    };
  });
}

/** Its one option is how the first pass began. */
function made_with(_params: ParamObject, inputs: Readonly<Record<string, Json>>): JsonObject {
  const model = inputs.model!;
  return {dit: componentHash(model, 'dit'), silence_latent: componentHash(model, 'silence_latent')};
}

/** What the reference for the timbre is made of: inference takes silence where there is no recording. */
function referenceOf(conditioning: unknown, model: Json): JsonObject {
  return conditioning === 'inference' ? {silence_latent: componentHash(model, 'silence_latent')} : {};
}
