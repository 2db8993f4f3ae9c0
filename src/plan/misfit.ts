import {pathsAbove} from '../base/dotted-path.js';
import type {Json} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {StageReference} from '../stage/param.js';
import type {KnownInputs, KnownStage, StageType} from '../stage/stage-type.js';
import type {DagStage} from './dag.js';
import {fileLeaves, outputOf} from './fingerprint-parts.js';
import type {PlannedStage} from './plan.js';
import {fileKey, type World} from './world.js';

/** Pure: the first thing that cannot be about a stage's parameters, in its place; as far as can be told now. */
export function misfitProblem(
  stage: Pick<DagStage, 'configured' | 'references'>,
  type: StageType,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  world: Pick<World, 'cache' | 'files'>,
): Problem | undefined {
  if (type.check === undefined) return undefined;
  const [first] = type.check(stage.configured.params, knownInputs(stage, type, upstream, world));
  return first === undefined
    ? undefined
    : {...first.problem, position: placeOf(stage.configured, first.param)};
}

function knownInputs(
  {configured, references}: Pick<DagStage, 'configured' | 'references'>,
  type: StageType,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  {cache, files}: Pick<World, 'cache' | 'files'>,
): KnownInputs {
  const json: Record<string, Json> = {};
  const stages: Record<string, KnownInputs['stages'][string]> = {};
  for (const [param, {$stage, output}] of Object.entries(references)) {
    const source = upstream.get($stage);
    if (source === undefined) continue;
    stages[param] = knownStage(source, upstream, cache);
    const made = jsonOf({$stage, ...(output === undefined ? {} : {output})}, upstream, cache);
    if (made !== undefined) json[param] = made;
  }
  const seen = fileLeaves(configured, type).flatMap(({path}) => {
    const found = files.get(fileKey(configured.id, path));
    return found?.kind === 'found' ? [{path, ...found}] : [];
  });
  return {
    json,
    stages,
    files: Object.fromEntries(
      seen.flatMap((each) => (each.json === undefined ? [] : [[each.path, each.json]])),
    ),
    names: Object.fromEntries(
      seen.flatMap((each) => (each.json === undefined ? [] : [[each.path, Object.keys(each.listing)]])),
    ),
    shapes: Object.fromEntries(
      seen.flatMap((each) => (each.shapes === undefined ? [] : [[each.path, each.shapes]])),
    ),
  };
}

function knownStage(
  {type, configured, references}: PlannedStage,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  cache: World['cache'],
): KnownStage {
  return {
    uses: type.name,
    params: configured.params,
    json: (param) => jsonOf(references[param], upstream, cache),
    stage: (param) => {
      const source = upstream.get(references[param]?.$stage as StageId);
      return source && knownStage(source, upstream, cache);
    },
  };
}

function jsonOf(
  reference: StageReference | undefined,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  cache: World['cache'],
): Json | undefined {
  const source = reference === undefined ? undefined : upstream.get(reference.$stage);
  const made = source === undefined ? undefined : outputOf(source, reference!.output);
  return made?.kind === 'json' ? cache.json(made.hash) : undefined;
}

/** Where a value was written, else something in it, else what holds it, else the stage. */
function placeOf({positions, position}: ConfiguredStage, param: string) {
  const within = Object.keys(positions).find((path) => path.startsWith(`${param}.`));
  const place = [param, within, ...pathsAbove(param)].find(
    (path) => path !== undefined && positions[path] !== undefined,
  );
  return place === undefined ? position : positions[place]!;
}
