import type {StageType} from './stage-type.js';

/** Writes an adapter in the layouts other programs read. Its arithmetic always runs on the CPU, in f32. */
export const exportStage: StageType = {
  name: 'export',
  version: 1,
  schema: 'stage.export.schema.json',
  summary: 'Write the adapter for other programs',
  runs: 'worker',
  numerics: 'none',
  neutral: ['output_dir'],
  files: [{param: 'adapter', kind: 'file_or_folder', identity: 'content'}],
  inputs: [
    {param: 'adapter', from: ['train', 'command']},
    {param: 'model', from: ['scan']},
  ],
  outputs: () => [{name: 'files', kind: 'tree', file: 'files'}],
  publishes: [{output: 'files', param: 'output_dir'}],
};
