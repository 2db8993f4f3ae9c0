import {joinPath, pathWords} from '../base/dotted-path.js';
import {asJson, type JsonObject, own} from '../base/json.js';
import type {StageId} from '../base/stage-id.js';

/** A parameter after resolution: JSON, where a reference to another stage is a tagged object. */
export type ParamValue =
  | null
  | boolean
  | number
  | string
  | StageReference
  | readonly ParamValue[]
  | ParamObject;
export interface ParamObject {
  readonly [key: string]: ParamValue;
}

/** `${stages.ID}` or `${stages.ID.OUTPUT}`. The key starts with `$`, which no schema allows, so nothing else looks like it. */
export interface StageReference {
  readonly $stage: StageId;
  /** Which output of that stage; absent: its first one. */
  readonly output?: string;
}

export function isStageReference(value: ParamValue | undefined): value is StageReference {
  return typeof value === 'object' && value !== null && '$stage' in value;
}

export function isParamObject(value: ParamValue | undefined): value is ParamObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isStageReference(value);
}

/** One leaf of a parameter tree: a scalar, a reference, or an empty list or object. `path` is dotted: `formats.0`. */
export interface ParamLeaf {
  readonly path: string;
  readonly value: ParamValue;
}

const leavesOf = new WeakMap<ParamObject, readonly ParamLeaf[]>();

/** All leaves, in the order the parameters are. Asked for again and again while planning, so each object's are kept. */
export function paramLeaves(params: ParamObject): readonly ParamLeaf[] {
  const known = leavesOf.get(params);
  if (known !== undefined) return known;
  const leaves: ParamLeaf[] = [];
  for (const [key, value] of Object.entries(params)) addLeaves(joinPath('', key), value, leaves);
  leavesOf.set(params, leaves);
  return leaves;
}

function addLeaves(path: string, value: ParamValue, leaves: ParamLeaf[]): void {
  const isList = Array.isArray(value);
  const members = isList || isParamObject(value) ? Object.entries(value) : [];
  if (members.length === 0) leaves.push({path, value});
  for (const [word, member] of members) addLeaves(joinPath(path, word), member as ParamValue, leaves);
}

/** Does a dotted path fall under a pattern? `*` stands for one word; a pattern also covers everything below it. */
export function pathMatches(path: string, pattern: string): boolean {
  const wanted = pathWords(pattern) ?? [];
  if (wanted[0] !== '*' && !path.startsWith(wanted[0]!)) return false; // asked thousands of times: mostly this suffices
  const words = pathWords(path) ?? [];
  return (
    wanted.length <= words.length && wanted.every((word, index) => word === '*' || word === words[index])
  );
}

/** The parameters as JSON; references become `{"$stage": …}` objects. */
export function paramsToJson(params: ParamObject): JsonObject {
  return asJson(params); // a StageReference is a JSON object of strings
}

/** The value under a dotted path; undefined when there is none. */
export function valueAt(params: ParamObject, path: string): ParamValue | undefined {
  let value: ParamValue | undefined = params;
  for (const word of pathWords(path) ?? []) {
    if (Array.isArray(value)) value = (value as readonly ParamValue[])[Number(word)];
    else if (isParamObject(value)) value = own(value, word);
    else return undefined;
  }
  return value;
}

/** The parameters with another value under a dotted path, whose parents must exist. */
export function withValue(params: ParamObject, path: string, value: ParamValue): ParamObject {
  const [word, ...rest] = pathWords(path) ?? [];
  if (word === undefined) return params;
  return {...params, [word]: replaced(params[word] ?? null, rest, value)};
}

function replaced(current: ParamValue, words: readonly string[], value: ParamValue): ParamValue {
  const [word, ...rest] = words;
  if (word === undefined) return value;
  if (Array.isArray(current))
    return (current as readonly ParamValue[]).map((item, index) =>
      String(index) === word ? replaced(item, rest, value) : item,
    );
  if (!isParamObject(current)) return current;
  return {...current, [word]: replaced(current[word] ?? null, rest, value)};
}
