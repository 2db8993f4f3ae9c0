import type {Json} from '../base/json.js';
import {songSources} from './dataset.js';
import {joinFaults} from './joined.js';
import {jsonObject, readsComponents} from './model-json.js';
import {sampleMisfits, tensorsFolder} from './preprocessed-for.js';
import type {StageType} from './stage-type.js';

/** Encoded samples in the form in which Side-Step and ACE-Step keep them. */
export const pack: StageType = {
  name: 'pack',
  version: 1,
  schema: 'stage.pack.schema.json',
  summary: 'Write encoded samples as Side-Step reads them: .pt files and manifest.json',
  runs: 'worker',
  numerics: 'none',
  neutral: ['output_dir'],
  check: (_params, known) => sampleMisfits(['tensors'], known),
  derive: (params) => ({params, faults: joinFaults(params, 'tensors')}),
  files: [tensorsFolder('tensors')],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsNamedSilence},
    // Files are called as the songs are, so names count here.
    {param: 'tensors', from: ['preprocess.pass2', 'command'], reads: (value) => value},
    {param: 'dataset', from: songSources, reads: (value) => value},
  ],
  outputs: () => [{name: 'tensors', kind: 'tree', file: 'tensors'}],
  places: ['output_dir'],
  publishes: [{output: 'tensors', param: 'output_dir'}],
};

/** preprocess_meta.json says what the samples were encoded for. */
function readsNamedSilence(model: Json): Json {
  const {name = null, base = null} = jsonObject(model, 'model.json');
  return {name, base, silence: readsComponents('silence_latent')(model)};
}
