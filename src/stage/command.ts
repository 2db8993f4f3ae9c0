import {isParamObject} from './param.js';
import type {StageType} from './stage-type.js';

/** Runs a program of the user's own; its declared outputs are cached as those of any stage. */
export const command: StageType = {
  name: 'command',
  version: 1,
  schema: 'stage.command.schema.json',
  summary: 'Run a program of your own, cached by its declared inputs and outputs',
  runs: 'light',
  numerics: 'none',
  neutral: [],
  files: [{param: 'inputs.*', kind: 'file_or_folder', identity: 'content'}],
  inputs: [{param: 'argv.*'}, {param: 'inputs.*'}],
  outputs: (params) => {
    const declared = params.outputs;
    const names = isParamObject(declared) ? Object.keys(declared) : [];
    return names.map((name) => ({name, kind: 'tree' as const, file: name}));
  },
};
