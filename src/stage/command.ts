import {isParamObject} from './param.js';
import {secretsIn} from './secrets.js';
import type {OutputDeclaration, StageType} from './stage-type.js';

/** Runs a program of the user's own; its declared outputs are cached as those of any stage. */
export const command: StageType = {
  name: 'command',
  version: 1,
  schema: 'stage.command.schema.json',
  summary: 'Run a program of your own, cached by its declared inputs and outputs',
  runs: 'light',
  numerics: 'none',
  neutral: ['working_dir'],
  secrets: secretsIn,
  files: [{param: 'inputs.*', kind: 'file_or_folder', identity: 'content'}],
  inputs: [{param: 'inputs.*'}],
  outputs: ({outputs}) =>
    isParamObject(outputs)
      ? Object.entries(outputs).map(([name, path]) => commandOutput(name, String(path)))
      : [],
};

function commandOutput(name: string, file: string): OutputDeclaration {
  return {name, kind: file.endsWith('.json') ? 'json' : 'file_or_tree', file};
}
