import type {JsonObject} from '../base/json.js';
import type {StageId} from '../base/stage-id.js';

/** A parameter after resolution: JSON, where a reference to another stage stands as a tagged object. */
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

/** All leaves, in the order the parameters stand. */
export function paramLeaves(value: ParamValue, path = ''): ParamLeaf[] {
  if (Array.isArray(value) && value.length > 0) {
    return (value as readonly ParamValue[]).flatMap((element, index) =>
      paramLeaves(element, join(path, String(index))),
    );
  }
  if (isParamObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, member]) => paramLeaves(member, join(path, key)));
  }
  return [{path, value}];
}

/** Does a dotted path fall under a pattern? `*` stands for one word; a pattern also covers everything beneath it. */
export function pathMatches(path: string, pattern: string): boolean {
  const words = path.split('.');
  const wanted = pattern.split('.');
  return (
    wanted.length <= words.length && wanted.every((word, index) => word === '*' || word === words[index])
  );
}

/** The parameters as JSON; references become `{"$stage": …}` objects. */
export function paramsToJson(params: ParamObject): JsonObject {
  return params as unknown as JsonObject; // a StageReference is a JSON object of strings
}

export function valueAt(params: ParamObject, path: string): ParamValue | undefined {
  let value: ParamValue | undefined = params;
  for (const word of path.split('.')) {
    if (Array.isArray(value)) value = (value as readonly ParamValue[])[Number(word)];
    else if (isParamObject(value)) value = value[word];
    else return undefined;
  }
  return value;
}

function join(path: string, word: string): string {
  return path === '' ? word : `${path}.${word}`;
}
