import {modelIdentity} from './model-json.js';
import type {StageType} from './stage-type.js';

/** Finds the models under a checkpoint folder and picks one; its result is `model.json`. */
export const scan: StageType = {
  name: 'scan',
  version: 3,
  schema: 'stage.scan.schema.json',
  summary: 'Find a model and check that everything it needs is there',
  runs: 'light',
  foresees: true,
  numerics: 'none',
  neutral: [],
  files: [{param: 'checkpoint_dir', kind: 'folder', identity: 'stat_and_path'}],
  inputs: [{param: 'checkpoint_dir', from: ['fixture', 'command']}],
  outputs: () => [{name: 'model', kind: 'json', file: 'model.json', identity: modelIdentity}],
};
