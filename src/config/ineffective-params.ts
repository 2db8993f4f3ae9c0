import {pathWords} from '../base/dotted-path.js';
import {own} from '../base/json.js';
import type {SourcePosition} from '../base/problem.js';
import type {Schema} from '../schema/schema.js';
import type {IneffectiveRule} from '../stage/ineffective.js';
import {isParamObject, type ParamObject, type ParamValue} from '../stage/param.js';
import {branchOf} from './check/schema-walk.js';
import {defaultValue} from './finish-params.js';

/** A parameter that somebody wrote and that plays no part beside the others. */
export interface IneffectiveParam {
  readonly param: string;
  readonly because: string;
  readonly position: SourcePosition;
}

interface Written {
  readonly params: ParamObject;
  /** Where each written value is. */
  readonly positions: Readonly<Record<string, SourcePosition>>;
}

/**
 * Gives parameters that play no part their defaults, so that nothing downstream (fingerprint, work, metadata) can tell
 * whether they were written; and says which were. Pure.
 */
export function resetIneffective(
  schema: Schema,
  {params, positions}: Written,
  rules: readonly IneffectiveRule[],
): {readonly params: ParamObject; readonly ineffective: readonly IneffectiveParam[]} {
  const ineffective = rules
    .filter(({when}) => when(params))
    .flatMap(({params: paths, because}) => paths.map((path) => ({path, because})));
  return {
    params: ineffective.reduce<ParamObject>(
      (remaining, {path}) => reset(schema, remaining, pathWords(path)!),
      params,
    ),
    ineffective: ineffective.flatMap(({path, because}) =>
      Object.entries(positions)
        .filter(([param]) => param === path || param.startsWith(`${path}.`))
        .map(([param, position]) => ({param, because, position})),
    ),
  };
}

function reset(schema: Schema | undefined, params: ParamObject, words: readonly string[]): ParamObject {
  const [word, ...rest] = words as [string, ...string[]];
  const property = schema?.properties?.[word];
  if (rest.length === 0) return withDefault(params, word, property);
  const inner = params[word];
  if (!isParamObject(inner)) return params; // not there, so nothing to reset
  const tag = property?.discriminator?.propertyName;
  if (tag !== undefined && rest[0] === tag) return {...params, [word]: defaultVariant(property!, inner, tag)};
  const variant = property && branchOf(property, tag === undefined ? undefined : inner[tag]);
  return {...params, [word]: reset(variant, inner, rest)};
}

function withDefault(params: ParamObject, word: string, property: Schema | undefined): ParamObject {
  const {[word]: _old, ...others} = params;
  if (property?.default === undefined) return others;
  return {...params, [word]: defaultValue(property, property.default, NO_PATHS)};
}

/** Parameters without effect name no files. */
const NO_PATHS = '';

/** The variant that an unwritten tag means, with those of the present keys that it has too. */
function defaultVariant(property: Schema, inner: ParamObject, tag: string): ParamObject {
  const variant = branchOf(property, undefined);
  const members: Record<string, ParamValue> = {};
  for (const [key, schema] of Object.entries(variant?.properties ?? {})) {
    if (key === tag) members[key] = schema.const as string;
    else if (Object.hasOwn(inner, key)) members[key] = own(inner, key)!;
    else if (schema.default !== undefined) members[key] = defaultValue(schema, schema.default, NO_PATHS);
  }
  return members;
}
