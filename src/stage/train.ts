import {readsTrainingModel} from './model-json.js';
import type {StageType} from './stage-type.js';

/** Trains an adapter. The folder it leaves holds the adapter, flat, and its checkpoints below `checkpoints/`. */
export const train: StageType = {
  name: 'train',
  version: 1,
  schema: 'stage.train.schema.json',
  summary: 'Train an adapter',
  runs: 'worker',
  numerics: 'engine',
  neutral: ['precision', 'gradient_checkpointing', 'logging', 'max_nonfinite_steps', 'output_dir'],
  files: [
    {param: 'tensors', kind: 'folder', identity: 'content'},
    {param: 'validation.tensors', kind: 'folder', identity: 'content', optional: 'optional'},
    {param: 'adapter.selection.estimate', kind: 'file', identity: 'content', optional: 'optional'},
    {param: 'resume_from', kind: 'folder', identity: 'content', optional: 'optional'},
  ],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsTrainingModel},
    {param: 'tensors', from: ['preprocess.pass2', 'command']},
    {param: 'validation.tensors', from: ['preprocess.pass2', 'command']},
    {param: 'adapter.selection.estimate', from: ['estimate', 'command']},
    {param: 'resume_from', from: ['train', 'command']},
  ],
  outputs: () => [
    {name: 'adapter', kind: 'tree', file: 'adapter'},
    {name: 'summary', kind: 'json', file: 'summary.json'},
  ],
  // The worker compares the rest with what its checkpoint was trained with, and names what cannot continue exactly.
  extendable: ['epochs', 'max_steps', 'checkpoint', 'early_stop', 'inference', 'resume'],
  publishes: [{output: 'adapter', param: 'output_dir'}],
};
