import {isParamObject, type ParamObject} from './param.js';
import {secretsIn} from './secrets.js';
import type {NeededProgram, OutputDeclaration, StageType} from './stage-type.js';

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
  programs,
  files: [{param: 'inputs.*', kind: 'file_or_folder', identity: 'content'}],
  inputs: [{param: 'inputs.*'}],
  outputs: ({outputs}) =>
    isParamObject(outputs)
      ? Object.entries(outputs).map(([name, path]) => commandOutput(name, String(path)))
      : [],
};

/** The program itself, where it is no input and its PATH is not its own. */
function programs({argv, environment, working_dir}: ParamObject): NeededProgram[] {
  const [name] = Array.isArray(argv) ? argv : [];
  const ownPath = isParamObject(environment) && 'PATH' in environment;
  if (typeof name !== 'string' || name.includes('${') || ownPath) return [];
  return [{name, from: String(working_dir), param: 'argv.0'}];
}

function commandOutput(name: string, file: string): OutputDeclaration {
  return {name, kind: file.endsWith('.json') ? 'json' : 'file_or_tree', file};
}
