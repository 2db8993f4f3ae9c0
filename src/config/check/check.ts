import {joinPath} from '../../base/dotted-path.js';
import type {Problem} from '../../base/problem.js';
import type {Schema} from '../../schema/schema.js';
import {schemas} from '../../schema/schemas.generated.js';
import {validators} from '../../schema/validators.generated.js';
import {entry, type Located, type Origin, plain, problemAt} from '../text/located.js';
import type {Level} from './key-advice.js';
import {childSchema, variantFor} from './schema-walk.js';
import type {SchemaError, Violation} from './violation.js';
import {equalElements, violationWords} from './violation-words.js';

export interface CheckOptions {
  /** Where to point when a key is missing from a mapping that is nowhere; default: the mapping. */
  readonly missing_at?: Origin;
  /** Errors that do not count here, e.g. missing keys in a preset, which need not have them. */
  readonly ignore?: (error: SchemaError, at: Located | undefined) => boolean;
  /** Put before the paths in messages, e.g. `with`. */
  readonly prefix?: string;
}

/** Checks a value against a schema by name. Every violation becomes a problem at the place where it was written. */
export function check(schemaName: string, value: Located, options: CheckOptions = {}): Problem[] {
  const validate = validators[schemaName]!();
  if (validate(plain(value))) return [];
  const errors = withoutBranchNoise((validate.errors ?? []) as readonly SchemaError[]);
  return errors.flatMap((error) => {
    const words = error.instancePath.split('/').slice(1).map(unescapePointer);
    const place = walk(schemas[schemaName]!, value, words);
    if (place.broken || options.ignore?.(error, place.value)) return [];
    return [describe(error, words, place, {...options, level: levelOf(schemaName, words, value)})];
  });
}

/** Is it only that something is missing, which another layer may supply? */
export function isAbsence({keyword, instancePath, params}: SchemaError): boolean {
  if (keyword === 'discriminator') return params.tagValue === undefined;
  return keyword === 'required' || (keyword === 'anyOf' && instancePath === '');
}

interface Place {
  readonly schema: Schema | undefined;
  /** The schema with all variants, of which `schema` is the chosen one. */
  readonly family: Schema | undefined;
  readonly value: Located | undefined;
  /** A reference on the way could not be resolved: whatever follows from that is no error of its own. */
  readonly broken: boolean;
}

function walk(root: Schema, value: Located, words: readonly string[]): Place {
  let family: Schema | undefined = root;
  let schema: Schema | undefined = variantFor(root, value);
  let at: Located | undefined = value;
  let broken = isBroken(at);
  for (const word of words) {
    family = childSchema(schema, word);
    at = at?.kind === 'list' ? at.items[Number(word)] : entry(at, word)?.value;
    schema = variantFor(family, at) ?? family;
    broken ||= isBroken(at);
  }
  return {schema, family, value: at, broken: broken || tagBroken(schema, at)};
}

function isBroken(value: Located | undefined): boolean {
  return value?.kind === 'scalar' && value.broken === true;
}

function tagBroken(schema: Schema | undefined, value: Located | undefined): boolean {
  const tag = schema?.discriminator?.propertyName;
  return tag !== undefined && isBroken(entry(value, tag)?.value);
}

function describe(
  error: SchemaError,
  words: readonly string[],
  place: Place,
  options: CheckOptions & {readonly level: Level | undefined},
): Problem {
  const path = words.reduce(joinPath, options.prefix ?? '');
  const origin = originOf(error, words, place.value, options);
  const {schema, value, family} = place;
  const violation: Violation = {error, path, schema, value, family, level: options.level, origin};
  return problemAt(origin, violationWords(violation));
}

/** Where in a pipeline, a preset or the settings a mapping is; undefined in any other document. */
function levelOf(schemaName: string, words: readonly string[], value: Located): Level | undefined {
  const [first, name, ...rest] = words;
  if (schemaName.startsWith('stage.')) return {within: schemaName.slice('stage.'.length), path: words};
  if (schemaName === 'stage' || schemaName === 'preset') return stageLevel(value, words);
  if (schemaName === 'settings') return words.length === 0 ? {within: 'settings', path: []} : undefined;
  if (schemaName !== 'pipeline') return undefined;
  const stage =
    first === 'stages' && name !== undefined ? entry(entry(value, first)?.value, name) : undefined;
  return stage === undefined ? {within: 'file', path: words} : stageLevel(stage.value, rest);
}

function stageLevel(stage: Located, path: readonly string[]): Level {
  const uses = entry(stage, 'uses')?.value;
  return {within: 'stage', path, ...(uses?.kind === 'scalar' ? {uses: String(uses.value)} : {})};
}

/** The second of two equal elements, with the place of the first. */
function repetition({params}: SchemaError, value: Located | undefined): Origin | undefined {
  if (value?.kind !== 'list') return undefined;
  const [first, second] = equalElements(params).map((index) => value.items[index]);
  if (first === undefined || second === undefined) return undefined;
  return {...second.origin, via: [...second.origin.via, {origin: first.origin, message: 'the first time'}]};
}

/** A superfluous key is blamed at the key, a missing one at the mapping, anything else at the value. */
function originOf(
  error: SchemaError,
  words: readonly string[],
  value: Located | undefined,
  options: CheckOptions,
): Origin {
  const key = error.params.additionalProperty ?? error.params.propertyName;
  const blamed = typeof key === 'string' ? entry(value, key)?.key : undefined;
  if (blamed) return blamed;
  const repeated = error.keyword === 'uniqueItems' ? repetition(error, value) : undefined;
  if (repeated) return repeated;
  const tag = error.keyword === 'discriminator' ? entry(value, String(error.params.tag))?.value : undefined;
  if (tag) return tag.origin;
  if (words.length === 0 && options.missing_at && ['required', 'anyOf'].includes(error.keyword)) {
    return options.missing_at;
  }
  return firstLine(value!.origin);
}

/** Of a mapping over many lines only the first is marked. */
function firstLine(origin: Origin): Origin {
  const line = origin.source.text.indexOf('\n', origin.start);
  return line === -1 || line >= origin.end ? origin : {...origin, end: Math.max(line, origin.start + 1)};
}

/**
 * ajv reports every branch of an `anyOf` and then the whole. Kept are the errors inside the branch that the value
 * resembles (those deeper than the value itself), or else the one on the whole. Of `propertyNames` the whole is kept.
 */
function withoutBranchNoise(errors: readonly SchemaError[]): SchemaError[] {
  const wholes = errors.filter(({keyword}) => keyword === 'anyOf');
  const inside = (error: SchemaError, whole: SchemaError) =>
    error.schemaPath.startsWith(`${whole.schemaPath}/`);
  return errors.filter((error) => {
    if (error.keyword === 'anyOf') {
      return !errors.some((other) => inside(other, error) && other.instancePath !== error.instancePath);
    }
    if (error.params.propertyName === undefined && error.schemaPath.includes('/propertyNames/')) return false;
    return !wholes.some((whole) => inside(error, whole) && error.instancePath === whole.instancePath);
  });
}

function unescapePointer(word: string): string {
  return word.replaceAll('~1', '/').replaceAll('~0', '~');
}
