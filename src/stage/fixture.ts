import type {StageType} from './stage-type.js';

/** A tiny random checkpoint and a few synthesised songs, so that a pipeline can be tried without downloads. */
export const fixture: StageType = {
  name: 'fixture',
  version: 3,
  schema: 'stage.fixture.schema.json',
  summary: 'Make a tiny model and a few songs for tests',
  runs: 'worker',
  numerics: 'none',
  neutral: [],
  files: [],
  inputs: [],
  outputs: () => [
    {name: 'checkpoint_dir', kind: 'tree', file: 'checkpoints'},
    {name: 'audio_dir', kind: 'tree', file: 'audio'},
    {name: 'dataset_json', kind: 'file', file: 'dataset.json'},
  ],
};
