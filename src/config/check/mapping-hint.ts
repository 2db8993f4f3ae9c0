import {nearMisses} from '../../base/near-miss.js';
import type {Schema} from '../../schema/schema.js';
import {type Located, type LocatedScalar, member} from '../text/located.js';
import {flowText, nestedText, textScalar} from '../text/written-yaml.js';
import {branchOf, tagsOf} from './schema-walk.js';
import {ownValue} from './synonyms.js';
import type {Violation} from './violation.js';

/** What to write where a mapping belongs and something else stands: the key that the value was surely meant for. */
export function mappingHint({path, schema, family, value, origin}: Violation): string | undefined {
  const key = path.split('.').at(-1) ?? '';
  if (value?.kind === 'scalar' && value.value === null)
    return 'Write a value, or remove the key for its default.';
  const root = family?.discriminator === undefined ? schema : family;
  if (value === undefined || root === undefined || key === '') return undefined;
  if (value.kind === 'list') return listHint(key, root, value.items);
  const inner = innerText(root, value as LocatedScalar);
  if (origin?.source.name === '--set') {
    const [name, text] = inner.split(': ') as [string, string];
    return `Write \`--set ${origin.source.text.split('=')[0]!.trim()}.${name}=${text}\`.`;
  }
  return scalarHint(key, root, value as LocatedScalar);
}

function scalarHint(key: string, schema: Schema, value: LocatedScalar): string {
  return value.value === false ? 'Remove the key.' : `Write \`${key}: {${innerText(schema, value)}}\`.`;
}

function innerText(schema: Schema, value: LocatedScalar): string {
  return tagged(schema, value) ?? holding(schema, value) ?? firstKey(schema);
}

/** `adamw` where variants are told apart by `type`: also when it is misspelt, or another trainer's word. */
function tagged(schema: Schema, {value}: LocatedScalar): string | undefined {
  const tag = schema.discriminator?.propertyName;
  if (tag === undefined || typeof value !== 'string') return undefined;
  const tags = tagsOf(schema);
  const meant = tags.find((each) => each === value) ?? ownValue(value) ?? nearMisses(value, tags)[0];
  return `${tag}: ${meant !== undefined && tags.includes(meant) ? meant : tags[0]!}`;
}

/** The first key that may have this value; true is for a switch only. */
function holding(schema: Schema, scalar: LocatedScalar): string | undefined {
  const tag = schema.discriminator?.propertyName;
  const variant = branchOf(schema, undefined) ?? schema;
  const [key] =
    Object.entries(variant.properties ?? {}).find(
      ([name, property]) =>
        name !== tag && admits(property, scalar.value) && (scalar.value !== true || name === 'enabled'),
    ) ?? [];
  if (key === undefined) return undefined;
  const said = tag === undefined ? '' : `${tag}: ${String(variant.properties?.[tag]?.const)}, `;
  return `${said}${nestedText([key], flowText(scalar))}`;
}

function admits(schema: Schema, value: LocatedScalar['value']): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.anyOf !== undefined) return schema.anyOf.some((branch) => admits(branch, value));
  const types = [schema.type ?? []].flat();
  if (typeof value === 'string') return types.includes('string') && schema['x-stage'] === undefined;
  if (typeof value === 'boolean') return types.includes('boolean');
  if (typeof value !== 'number') return false;
  const isNumber = types.includes('number') || (types.includes('integer') && Number.isInteger(value));
  return isNumber && value >= lowest(schema) && value <= highest(schema);
}

function lowest({minimum, exclusiveMinimum}: Schema): number {
  return Math.max(
    minimum ?? -Infinity,
    exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + Number.EPSILON,
  );
}

function highest({maximum, exclusiveMaximum}: Schema): number {
  return Math.min(
    maximum ?? Infinity,
    exclusiveMaximum === undefined ? Infinity : exclusiveMaximum - Number.EPSILON,
  );
}

/** Keys without dashes: a list of small mappings is a mapping that got dashes, or stages that got names. */
function listHint(key: string, schema: Schema, items: readonly Located[]): string {
  const [first] = items;
  const name = ['name', 'id'].map((each) => member(first, each)).find((each) => each?.kind === 'scalar');
  if (key === 'stages' && name !== undefined)
    return `Write each stage under its name, without a dash: \`${flowText(name)}:\` in place of \`- name: ${flowText(name)}\`.`;
  const entries = items.flatMap((item) => (item.kind === 'map' ? [...item.entries] : []));
  if (entries.length > 0) {
    const written = entries.map(([word, entry]) => nestedText([word], flowText(entry.value)));
    return `Remove the dashes: \`${key}: {${written.join(', ')}}\`.`;
  }
  return first?.kind === 'scalar' && items.length === 1
    ? scalarHint(key, schema, first)
    : `Write \`${key}: {${firstKey(schema)}}\`.`;
}

function firstKey(schema: Schema): string {
  const variant = branchOf(schema, undefined) ?? schema;
  const [key, property] = Object.entries(variant.properties ?? {})[0] ?? ['key', undefined];
  const value = property?.const ?? property?.default ?? property?.examples?.[0];
  return nestedText(
    [key],
    typeof value === 'string' ? textScalar(value) : typeof value === 'number' ? String(value) : '…',
  );
}
