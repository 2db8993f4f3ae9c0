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
  neutral: ['working_dir', 'services.*.ready', 'services.*.ready_within'],
  secrets: secretsIn,
  programs,
  files: [{param: 'inputs.*', kind: 'file_or_folder', identity: 'content'}],
  inputs: [{param: 'inputs.*'}],
  outputs: ({outputs}) =>
    isParamObject(outputs)
      ? Object.entries(outputs).map(([name, path]) => commandOutput(name, String(path)))
      : [],
};

/** The program itself and its services, where they are no inputs and their PATH is not its own. */
function programs({argv, environment, working_dir, services}: ParamObject): NeededProgram[] {
  const ownPath = isParamObject(environment) && 'PATH' in environment;
  if (ownPath) return [];
  const others = isParamObject(services) ? Object.entries(services) : [];
  const lines = [
    {line: argv, param: 'argv.0'},
    ...others.map(([name, service]) => ({
      line: isParamObject(service) ? service.argv : undefined,
      param: `services.${name}.argv.0`,
    })),
  ];
  return lines.flatMap(({line, param}) => {
    const [name] = Array.isArray(line) ? line : [];
    if (typeof name !== 'string' || name.includes('${')) return [];
    return [{name, from: String(working_dir), param}];
  });
}

function commandOutput(name: string, file: string): OutputDeclaration {
  return {name, kind: file.endsWith('.json') ? 'json' : 'file_or_tree', file};
}
