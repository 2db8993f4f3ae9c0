import {canonicalJson, isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {type ParamObject, paramsToJson} from './param.js';

/**
 * What another value of a parameter means to a training that goes on from a state:
 * `safe`: it holds from there on; `fork`: the run would be neither one nor the other, so it must be asked for;
 * `refused`: the state does not fit it.
 */
export type DifferenceClass = 'safe' | 'fork' | 'refused';

export interface ResumeDifference {
  /** Dotted. */
  readonly param: string;
  /** Undefined: unset. */
  readonly before: Json | undefined;
  readonly now: Json | undefined;
  readonly means: DifferenceClass;
}

/** How long it goes, what is looked at and written down on the way. */
const SAFE = [
  ...['epochs', 'max_steps', 'checkpoint', 'early_stop', 'validation', 'samples', 'logging', 'inference'],
  ...['output_dir', 'resume', 'resume_from'],
];
/** Change nothing, and are in no adapter. */
const NEUTRAL = ['gradient_checkpointing', 'max_nonfinite_steps', 'precision'];
/** Shapes of the weights stay; what is made of them changes. */
const FORK_OF_ADAPTER = ['adapter.dropout', 'adapter.alpha', 'adapter.alpha_pattern', 'adapter.rs_lora'];

/** Pure: parameters of a state and of the run that is to go on from it, both without places, one by one. */
export function resumeDifferences(before: JsonObject, now: JsonObject): ResumeDifference[] {
  const [old, own] = [leavesOf(before), leavesOf(now)];
  const params = [...new Set([...old.keys(), ...own.keys()])].filter((param) => !isUnder(param, NEUTRAL));
  return params.sort().flatMap((param) => {
    const [was, is] = [old.get(param), own.get(param)];
    if (was !== undefined && is !== undefined && canonicalJson(was) === canonicalJson(is)) return [];
    return [{param, before: was, now: is, means: classOf(param)}];
  });
}

/** Says what is trained, not where its files are or what the pipeline calls its stages. */
export function withoutPlaces(params: ParamObject): JsonObject {
  const {
    model: _model,
    tensors: _tensors,
    output_dir: _dir,
    logging: _logging,
    samples: _samples,
    ...own
  } = paramsToJson(params);
  const {resume_from: _from, ...rest} = own;
  const {tensors: _held, ...validation} = own.validation as JsonObject;
  const {selection, ...adapter} = own.adapter as JsonObject;
  const selects = isJsonObject(selection) ? {selection: {use: selection.use ?? 'modules'}} : {};
  return {...rest, validation, adapter: {...adapter, ...selects}};
}

/** What adapters say of their training: nothing that cannot change them, so that the same training leaves the same bytes. */
export function recordedParams(params: ParamObject): JsonObject {
  return Object.fromEntries(Object.entries(withoutPlaces(params)).filter(([key]) => !NEUTRAL.includes(key)));
}

function classOf(param: string): DifferenceClass {
  if (isUnder(param, SAFE)) return 'safe';
  return isUnder(param, ['adapter']) && !isUnder(param, FORK_OF_ADAPTER) ? 'refused' : 'fork';
}

function isUnder(param: string, names: readonly string[]): boolean {
  return names.some((name) => param === name || param.startsWith(`${name}.`));
}

/** `learning_rate 0.0001 → 0.0005`, as people write it. */
export function differenceText({param, before, now}: ResumeDifference): string {
  const text = (value: Json | undefined) => (value === undefined ? 'unset' : JSON.stringify(value));
  return `${param} ${text(before)} → ${text(now)}`;
}

function leavesOf(value: Json, path = ''): Map<string, Json> {
  if (!isJsonObject(value) || Object.keys(value).length === 0)
    return path === '' || isJsonObject(value) ? new Map() : new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...leavesOf(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}
