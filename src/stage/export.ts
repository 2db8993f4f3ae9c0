import {settleExport} from './export-settle.js';
import {isAt} from './idle.js';
import type {StageType} from './stage-type.js';

/** Writes an adapter in the layouts other programs read. Its arithmetic always runs on the CPU, in f32. */
export const exportStage: StageType = {
  name: 'export',
  version: 2,
  schema: 'stage.export.schema.json',
  summary: 'Write the adapter for other programs',
  runs: 'worker',
  numerics: 'none',
  neutral: ['output_dir'],
  idle: [
    {
      params: ['key_style', 'key_prefix'],
      when: ({formats}) => !((formats ?? []) as readonly unknown[]).includes('comfyui'),
      because: '`formats` does not name comfyui',
    },
    {
      params: ['key_style'],
      when: (params) => !isAt('key_prefix', undefined)(params),
      because: '`key_prefix` decides',
    },
  ],
  files: [{param: 'adapter', kind: 'file_or_folder', identity: 'content'}],
  inputs: [
    {param: 'adapter', from: ['train', 'command']},
    {param: 'model', from: ['scan']},
  ],
  outputs: () => [{name: 'files', kind: 'tree', file: 'files'}],
  places: ['output_dir'],
  settle: settleExport,
  publishes: [{output: 'files', param: 'output_dir'}],
};
