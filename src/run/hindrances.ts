import {accessSync, constants, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {placeProblem} from '../base/accident.js';
import {joinPath} from '../base/dotted-path.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {Hindrance} from '../plan/world.js';
import {isParamObject, type ParamObject, valueAt} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {missingSecrets, secretsIn} from '../stage/secrets.js';
import type {StageType} from '../stage/stage-type.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What stages need besides their inputs and do not find: said before anything runs, not when their turn comes. */
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
  {uses, params, positions, position}: ConfiguredStage,
  env: Environment,
): Hindrance | undefined {
  const secret = missingSecrets(stageTypes.get(uses)?.secrets?.(params) ?? [], env);
  if (secret !== undefined)
    return {lacks: 'secret', problem: {...secret, position: placeOfSecret(params, positions) ?? position}};
  if (uses !== 'command') return undefined;
  const folder = missingWorkingDir(String(params.working_dir));
  if (folder === undefined) return undefined;
  return {lacks: 'folder', problem: {...folder, position: positions.working_dir ?? position}};
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
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory()) return undefined;
  return {
    code: 'run/working-dir-missing',
    message: `The working_dir ${path} is no folder`,
    hint: 'Relative paths start from the folder of the pipeline file.',
  };
}

/** Places for results that refuse them, as far as can be told without writing: results would stay in the cache alone. */
export function refusedPlaces(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
): Problem[] {
  return stages.flatMap((stage) =>
    (types.get(stage.uses)?.publishes ?? []).flatMap(({param}) => {
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
