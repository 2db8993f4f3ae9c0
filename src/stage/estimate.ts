import {isAt} from './ineffective.js';
import {joinFaults} from './joined.js';
import {readsTrainingModel} from './model-json.js';
import {sampleMisfits, tensorsFolder} from './preprocessed-for.js';
import type {StageType} from './stage-type.js';
import {targetMisfits} from './targets.js';

/** Ranks modules by how hard the songs pull at them; `train` takes the result by reference. */
export const estimate: StageType = {
  name: 'estimate',
  version: 3, // estimate.json says how it was made
  schema: 'stage.estimate.schema.json',
  summary: 'Measure which modules matter for these songs',
  runs: 'worker',
  numerics: 'engine',
  plans_memory: true,
  neutral: ['precision'],
  check: (params, known) => [...sampleMisfits(['tensors'], known), ...targetMisfits(params, known, '')],
  derive: (params) => ({params, faults: joinFaults(params, 'tensors')}),
  ineffective: [
    {params: ['fisher'], when: isAt('method', 'gradient'), because: '`method` is gradient'},
    {
      params: ['granularity', 'top_k'],
      when: isAt('method', 'fisher'),
      because: '`method: fisher` ranks modules and selects `fisher.select_share` of them',
    },
  ],
  files: [tensorsFolder('tensors')],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsTrainingModel},
    {param: 'tensors', from: ['preprocess.pass2', 'command']},
  ],
  outputs: () => [
    {name: 'estimate', kind: 'json', file: 'estimate.json'},
    {name: 'picture', kind: 'file', file: 'estimate.svg'},
  ],
};
