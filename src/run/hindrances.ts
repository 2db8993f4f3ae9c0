import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, dirname, resolve} from 'node:path';
import {placeProblem} from '../base/accident.js';
import {joinPath} from '../base/dotted-path.js';
import {isFolderSync} from '../base/if-there.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {isSystemError} from '../base/system-error.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {Hindrance} from '../plan/world.js';
import {isParamObject, type ParamObject, valueAt} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {missingSecrets, secretsIn} from '../stage/secrets.js';
import type {NeededProgram, StageType} from '../stage/stage-type.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What stages need apart from their inputs and do not find: said before anything runs, not when their turn comes. */
export function hindrancesOf(
  stages: readonly ConfiguredStage[],
  env: Environment,
): ReadonlyMap<StageId, Hindrance> {
  const found = stages.flatMap((stage) => {
    const hindrance = stage.when.kind === 'run' ? hindranceOf(stage, env) : undefined;
    return hindrance === undefined ? [] : [[stage.id, hindrance] as const];
  });
  return new Map(found);
}

function hindranceOf(
  {uses, params, positions, position, resources}: ConfiguredStage,
  env: Environment,
): Hindrance | undefined {
  const secret = missingSecrets(stageTypes.get(uses)?.secrets?.(params) ?? [], env);
  if (secret !== undefined)
    return {lacks: 'secret', problem: {...secret, position: placeOfSecret(params, positions) ?? position}};
  const folder = uses === 'command' ? missingWorkingDir(String(params.working_dir)) : undefined;
  if (folder !== undefined)
    return {lacks: 'folder', problem: {...folder, position: positions.working_dir ?? position}};
  if (resources.executor !== undefined) return undefined; // what it finds there, no one knows here
  const needed = stageTypes.get(uses)?.programs?.(params) ?? [];
  const missing = needed.find((program) => !isThere(program, env));
  if (missing === undefined) return undefined;
  return {
    lacks: 'program',
    problem: {...missingProgram(missing), position: positions[missing.param] ?? position},
  };
}

function missingProgram({name}: NeededProgram): Problem {
  return {
    code: 'run/program-missing',
    message: `${name} is no program that can be started here`,
    hint: isPath(name)
      ? 'Relative paths start from `working_dir`. Is it there, and may it be executed?'
      : 'Install it, or add its folder to PATH.',
  };
}

function isThere({name, from = '.'}: NeededProgram, {PATH = '', PATHEXT}: Environment): boolean {
  const folders = isPath(name) ? [from] : PATH.split(delimiter);
  const endings = process.platform === 'win32' ? ['', ...(PATHEXT ?? '.EXE').split(';')] : [''];
  return folders.some((folder) => endings.some((ending) => canStart(resolve(folder, `${name}${ending}`))));
}

function isPath(name: string): boolean {
  return /[\\/]/.test(name);
}

function canStart(path: string): boolean {
  try {
    accessSync(fsPath(path), constants.X_OK);
    return statSync(fsPath(path)).isFile();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}

function placeOfSecret(
  {environment}: ParamObject,
  positions: ConfiguredStage['positions'],
): SourcePosition | undefined {
  if (positions.api_key_env !== undefined) return positions.api_key_env;
  const variables = isParamObject(environment) ? Object.entries(environment) : [];
  const [name] =
    variables.find(([, text]) => secretsIn({environment: {text: String(text)}}).length > 0) ?? [];
  return name === undefined ? undefined : positions[joinPath('environment', name)];
}

export function missingWorkingDir(path: string): Problem | undefined {
  if (isFolderSync(path)) return undefined;
  return {
    code: 'run/working-dir-missing',
    message: `The working_dir ${path} is no folder`,
    hint: 'Relative paths start from the folder of the pipeline file.',
  };
}

/** Where the results of these stages are put. */
export function placesFor(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
): string[] {
  return stages.flatMap((stage) =>
    placesOf(types.get(stage.uses)).flatMap((param) => {
      const path = valueAt(stage.params, param);
      return typeof path === 'string' && path !== '' ? [path] : [];
    }),
  );
}

/** Places for results that refuse them, as far as can be told without writing: results would stay in the cache alone. */
export function refusedPlaces(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
): Problem[] {
  return stages.flatMap((stage) =>
    placesOf(types.get(stage.uses)).flatMap((param) => {
      const path = valueAt(stage.params, param);
      const reason = typeof path === 'string' && path !== '' ? refusalOf(path) : undefined;
      if (reason === undefined) return [];
      return {
        code: 'run/place-refuses',
        message: `${stage.id}: nothing can be put into ${shownPath(String(path))}: ${reason}`,
        position: stage.positions[param] ?? stage.position,
        hint: 'Make it writable or choose another place; until then results are in the cache alone.',
      };
    }),
  );
}

/** Parameters with places for results: those that a run copies there, and those that a stage writes itself. */
function placesOf(type: StageType | undefined): readonly string[] {
  const published = type?.publishes?.map(({param}) => param) ?? [];
  return [...new Set([...published, ...(type?.places ?? [])])];
}

/** The folder itself, or the nearest one above that exists: there the others would be made. */
function refusalOf(path: string): string | undefined {
  try {
    const found = statSync(fsPath(path), {throwIfNoEntry: false});
    if (found === undefined && dirname(path) !== path) return refusalOf(dirname(path));
    if (found?.isDirectory() === false) return `${shownPath(path)} is no folder`;
    accessSync(fsPath(path), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const reason = placeProblem(error);
    if (reason === undefined) throw error;
    return reason;
  }
}
