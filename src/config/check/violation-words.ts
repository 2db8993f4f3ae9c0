import {didYouMean, listed} from '../../base/near-miss.js';
import type {Schema} from '../../schema/schema.js';
import {type Located, member, textOf} from '../text/located.js';
import {nestedText} from '../text/written-yaml.js';
import {keyAdvice} from './key-advice.js';
import {mappingHint} from './mapping-hint.js';
import {tagsOf} from './schema-walk.js';
import {ownValue} from './synonyms.js';
import type {SchemaError, Violation} from './violation.js';

export interface ViolationWords {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What was expected, what was found, what to do. */
export function violationWords(violation: Violation): ViolationWords {
  const {error, schema} = violation;
  const {params} = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(params.additionalProperty), violation);
    case 'propertyNames':
      return {
        code: 'config/bad-name',
        message: `${String(params.propertyName)} cannot be a name here`,
        hint: 'Names have letters, digits, _ and -, and start with a letter or _.',
      };
    case 'required':
      return {
        code: 'config/missing-key',
        message: `Expected the key ${String(params.missingProperty)}${within(violation)}`,
        hint: missingHint(String(params.missingProperty), schema),
      };
    case 'type':
      return wrongType(violation);
    case 'enum':
      return notAllowed(violation, (params.allowedValues as unknown[]).map(String));
    case 'const':
      return notAllowed(violation, [String(params.allowedValue)]);
    case 'discriminator':
      return unknownVariant(violation);
    case 'anyOf':
      return noneFits(violation);
    case 'uniqueItems':
      return repeated(violation);
    default:
      return outOfBounds(violation);
  }
}

/** What the key is for, and what to write where that is known. */
function missingHint(key: string, schema: Schema | undefined): string | undefined {
  const property = schema?.properties?.[key];
  if (property === undefined) return undefined;
  if (property.const !== undefined) return `Write \`${key}: ${String(property.const)}\` in the first line.`;
  const [example] = property.examples ?? [];
  const written =
    typeof example === 'string' || typeof example === 'number'
      ? nestedText([key], String(example))
      : undefined;
  return [property.description, written && `For instance \`${written}\`.`].filter(Boolean).join(' ');
}

function unknownKey(key: string, violation: Violation): ViolationWords {
  const {path, schema} = violation;
  const known = Object.keys(schema?.properties ?? {});
  const hint = keyHint(key, known, violation);
  const allowed = known.length > 0 && hint === undefined ? `; allowed are ${listed(known)}` : ''; // forty keys bury what to write
  return {
    code: 'config/unknown-key',
    message: `Unknown key ${key}${path ? ` in ${path}` : ''}${allowed}`,
    hint,
  };
}

/** Another variant that has it, another name for it, another place for it, or a slip of the finger. */
function keyHint(key: string, known: readonly string[], violation: Violation): string | undefined {
  const {family, level, value, origin} = violation;
  const tag = family?.discriminator?.propertyName ?? '';
  const having =
    family?.oneOf?.filter((variant) => variant.properties && Object.hasOwn(variant.properties, key)) ?? [];
  if (having.length > 0) {
    return `Only ${tag} ${having.map((variant) => String(variant.properties![tag]?.const)).join(', ')} has it.`;
  }
  const advice = level && keyAdvice({key, level, known, value: member(value, key), beside: value, origin});
  return advice ?? didYouMean(key, known);
}

function wrongType(violation: Violation): ViolationWords {
  const {error, value} = violation;
  const types = [error.params.type].flat().map(String);
  return {
    code: 'config/wrong-type',
    message: `Expected ${types.map(typeName).join(' or ')}${within(violation)} but found ${found(value)}`,
    hint: types.includes('object') ? mappingHint(violation) : typeHint(types, value),
  };
}

function typeHint(types: readonly string[], value: Located | undefined): string | undefined {
  if (value?.kind === 'scalar' && value.value === null)
    return 'Write a value, or remove the key for its default.';
  if (value?.kind !== 'scalar') return types.includes('array') ? 'Put it in brackets: [value].' : undefined;
  const text = textOf(value);
  if (value.variable !== undefined)
    return `The environment variable ${value.variable} holds ${JSON.stringify(text)}.`;
  if (typeof value.value !== 'string') {
    if (types.includes('array')) return `Put it in brackets: [${text}].`;
    return types.includes('string') ? `Put it in quotes if it is a text: "${text}".` : undefined;
  }
  if (types.includes('boolean') && /^(y|yes|n|no|on|off|true|false)$/i.test(text)) {
    return `Write ${/^(y|yes|on|true)$/i.test(text) ? 'true' : 'false'}: YAML 1.2 reads ${text} as a text.`;
  }
  const numeric = types.includes('number') || types.includes('integer');
  if (numeric && /^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)(e[-+]?\d+)?$/i.test(text)) {
    return text.includes('_') ? `Write ${text.replaceAll('_', '')}, without _.` : 'Remove the quotes.';
  }
  if (numeric && /^0b[01]+$/i.test(text)) return `Write ${Number(text)}.`;
  if (types.includes('array')) return `Put it in brackets: [${text}].`;
  return undefined;
}

/** The indices of two equal elements, the earlier one first: ajv names them in either order. */
export function equalElements({i, j}: SchemaError['params']): [number, number] {
  return [Math.min(Number(i), Number(j)), Math.max(Number(i), Number(j))];
}

function repeated(violation: Violation): ViolationWords {
  const {error, value} = violation;
  const items = value?.kind === 'list' ? value.items : [];
  const [first, second] = equalElements(error.params).map((index) => items[index]);
  const same = first && second && found(first) !== found(second) ? `, which equals ${found(first)}` : '';
  return {
    code: 'config/out-of-range',
    message: `Expected every element once${within(violation)} but found ${found(second ?? value)} again${same}`,
    hint: 'Remove one of the two.',
  };
}

function notAllowed(violation: Violation, allowed: readonly string[]): ViolationWords {
  const text = violation.value?.kind === 'scalar' ? String(violation.value.value) : '';
  const own = ownValue(text);
  const expected = allowed.length === 1 ? allowed[0]! : `one of ${listed(allowed)}`;
  return {
    code: 'config/not-allowed',
    message: `Expected ${expected}${within(violation)} but found ${found(violation.value)}`,
    hint: own !== undefined && allowed.includes(own) ? `Write ${own}.` : didYouMean(text, allowed),
  };
}

function unknownVariant(violation: Violation): ViolationWords {
  const {error, schema, value, path} = violation;
  const tag = String(error.params.tag);
  const tags = schema ? tagsOf(schema) : [];
  const inner = value?.kind === 'map' ? value.entries.get(tag)?.value : undefined;
  const at = path === '' ? tag : `${path}.${tag}`;
  if (inner === undefined) {
    return {
      code: 'config/missing-key',
      message: `Expected the key ${tag}${within(violation)}: one of ${listed(tags)}`,
    };
  }
  return notAllowed({...violation, path: at, value: inner}, tags);
}

function noneFits(violation: Violation): ViolationWords {
  const branches = violation.schema?.anyOf ?? [];
  const keys = branches.flatMap(({required}) => required ?? []);
  if (keys.length > 0 && branches.every(({type}) => type === undefined)) {
    return {
      code: 'config/missing-key',
      message: `Expected at least one of the keys ${keys.join(', ')}${within(violation)}`,
    };
  }
  const types = branches.flatMap(({type}) => [type ?? 'value'].flat());
  return {
    code: 'config/wrong-type',
    message: `Expected ${types.map(typeName).join(' or ')}${within(violation)} but found ${found(violation.value)}`,
  };
}

function outOfBounds(violation: Violation): ViolationWords {
  const {error} = violation;
  const {limit, comparison, multipleOf} = error.params as Record<string, unknown>;
  const numeric: Record<string, string> = {
    '>=': `at least ${String(limit)}`,
    '<=': `at most ${String(limit)}`,
    '>': `more than ${String(limit)}`,
    '<': `less than ${String(limit)}`,
  };
  const sizes: Record<string, string> = {
    minLength: limit === 1 ? 'a text that is not empty' : `a text of at least ${counted(limit, 'character')}`,
    maxLength: `a text of at most ${counted(limit, 'character')}`,
    minItems: `at least ${counted(limit, 'element')}`,
    maxItems: `at most ${counted(limit, 'element')}`,
    minProperties: limit === 1 ? 'at least one entry' : `at least ${String(limit)} entries`,
    multipleOf: `a multiple of ${String(multipleOf)}`,
    pattern: violation.schema?.['x-form'] ?? 'another form',
    not: 'another value',
  };
  const expected =
    numeric[String(comparison)] ?? sizes[error.keyword] ?? `a value that meets ${error.keyword}`;
  const examples = violation.schema?.examples;
  return {
    code: error.keyword === 'pattern' ? 'config/bad-form' : 'config/out-of-range',
    message: `Expected ${expected}${within(violation)} but found ${found(violation.value)}`,
    hint:
      examples && error.keyword === 'pattern'
        ? `For instance ${listed(examples.map(String), 4)}.`
        : undefined,
  };
}

function counted(limit: unknown, noun: string): string {
  return limit === 1 ? `one ${noun}` : `${String(limit)} ${noun}s`;
}

function within({path}: Violation): string {
  return path === '' ? '' : ` for ${path}`;
}

function typeName(type: string): string {
  const names: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'nothing',
  };
  return names[type] ?? `a ${type}`;
}

/** What is there, short enough for a sentence. */
export function found(value: Located | undefined): string {
  if (value === undefined) return 'nothing';
  if (value.kind === 'list') return value.items.length === 0 ? 'an empty list' : 'a list';
  if (value.kind === 'map') return value.entries.size === 0 ? 'an empty mapping' : 'a mapping';
  if (value.value === null) return 'nothing';
  if (typeof value.value === 'string') {
    const text = value.value.length > 60 ? `${value.value.slice(0, 57)}...` : value.value;
    return `the text ${JSON.stringify(text)}`;
  }
  return value.written ?? String(value.value);
}
