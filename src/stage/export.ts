import type {Json} from '../base/json.js';
import {datasetSamples, songSources} from './dataset.js';
import {deriveExport} from './export-derive.js';
import {isAt} from './ineffective.js';
import type {StageType} from './stage-type.js';

/** Writes an adapter in the layouts other programs read. Its arithmetic always runs on the CPU, in f32. */
export const exportStage: StageType = {
  name: 'export',
  version: 4,
  schema: 'stage.export.schema.json',
  summary: 'Write the adapter for other programs',
  runs: 'worker',
  numerics: 'none',
  neutral: ['output_dir'],
  ineffective: [
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
    {
      params: ['card.text', 'card.base_model', 'card.conditioning'],
      when: isAt('card.enabled', false),
      because: '`card.enabled` is false',
    },
  ],
  files: [{param: 'adapter', kind: 'file_or_folder', identity: 'content'}],
  inputs: [
    {param: 'adapter', from: ['train', 'command']},
    {param: 'model', from: ['scan']},
    {param: 'card.songs', from: songSources, reads: songNames},
  ],
  outputs: () => [{name: 'files', kind: 'tree', file: 'files'}],
  places: ['output_dir'],
  derive: deriveExport,
  publishes: [{output: 'files', param: 'output_dir'}],
};

/** What the card lists: the one place where the name of a song counts. */
export function songNames(dataset: Json): string[] {
  return datasetSamples(dataset).map(({name}) => String(name));
}
