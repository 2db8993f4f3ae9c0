import {sha256} from '../base/hash.js';
import {failure, ok, type Result} from '../base/result.js';
import {type ParamObject, paramLeaves, pathMatches, withValue} from '../stage/param.js';
import type {Experiment, Pipeline} from './pipeline.js';

const LONGEST_NAME = 60;

/** Pure. Problem: `usage/experiment-name`. Names become folder names on every system. */
export function checkExperimentName(name: string): Result<string> {
  if (/^[\w][\w.=,+-]{0,63}$/.test(name) && !name.endsWith('.')) return ok(name);
  return failure({
    code: 'usage/experiment-name',
    message: `Expected a name of at most 64 letters, digits and . = , + - _ but found ${JSON.stringify(name)}`,
    hint: 'For example --name lr3e-4. It becomes part of folder names.',
  });
}

/** A name made of what differs: `epochs=20`, `learning_rate=3e-4,rank=8`. The order of the command line does not matter. */
export function nameOfDifferences(set: readonly string[]): string {
  const parts = set.map(split);
  const last = (path: string) => path.slice(path.lastIndexOf('.') + 1);
  const words = parts
    .map(({path, value}) => {
      const unique = parts.filter((part) => last(part.path) === last(path)).length === 1;
      return `${unique ? last(path) : path}=${value}`;
    })
    .sort();
  const plain = words
    .join(',')
    .replace(/[^\w.=,+-]+/g, '_')
    .replace(/^[^\w]+/, '')
    .replace(/\.+$/, '');
  if (plain.length <= LONGEST_NAME && plain === words.join(',')) return plain;
  return `${plain.slice(0, LONGEST_NAME - 9)}-${sha256(words.join('\n')).slice(0, 8)}`; // two long ones stay two
}

function split(assignment: string): {readonly path: string; readonly value: string} {
  const at = assignment.indexOf('=');
  return at < 0
    ? {path: assignment, value: ''}
    : {path: assignment.slice(0, at).trim(), value: assignment.slice(at + 1).trim()};
}

/**
 * Pure: whether these values can lead to another result. What names places, log settings and the like cannot: such a run is the
 * file's own. `neutral` are the parameters of a stage type that never count.
 */
export function canDiffer(
  {stages}: Pick<Pipeline, 'stages'>,
  set: readonly string[],
  neutral: (uses: string) => readonly string[],
): boolean {
  return set.some((assignment) => {
    const {path} = split(assignment);
    const named = stages.filter(({declared_as}) => path.startsWith(`${declared_as}.`));
    return (
      named.length === 0 ||
      named.some(({declared_as, uses}) => {
        const param = path.slice(declared_as.length + 1);
        return !neutral(uses).some((pattern) => pathMatches(param, pattern));
      })
    );
  });
}

/**
 * Pure: the pipeline as an experiment. What its stages write for people goes to `FOLDER@NAME`, unless the experiment itself
 * says where. `places` are the parameters of a stage type that name such folders.
 */
export function asExperiment(
  pipeline: Pipeline,
  experiment: Experiment,
  places: (uses: string) => readonly string[],
): Pipeline {
  const chosen = experiment.set.map((assignment) => split(assignment).path);
  const stages = pipeline.stages.map((stage) => ({
    ...stage,
    params: moved(stage.params, {
      places: places(stage.uses),
      stays: (param) => chosen.some((path) => path === `${stage.declared_as}.${param}`),
      name: experiment.name,
    }),
  }));
  return {...pipeline, stages, experiment};
}

interface Move {
  readonly places: readonly string[];
  readonly stays: (param: string) => boolean;
  readonly name: string;
}

function moved(params: ParamObject, {places, stays, name}: Move): ParamObject {
  const folders = paramLeaves(params).filter(
    ({path, value}) =>
      typeof value === 'string' && places.some((place) => pathMatches(path, place)) && !stays(path),
  );
  return folders.reduce(
    (all, {path, value}) => withValue(all, path, `${String(value).replace(/[/\\]+$/, '')}@${name}`),
    params,
  );
}
