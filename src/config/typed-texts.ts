import type {Schema} from '../schema/schema.js';
import {childSchema, variantFor} from './check/schema-walk.js';
import type {Located, LocatedEntry, LocatedScalar} from './text/located.js';

/**
 * Turns numbers, true and false into the characters as they were written, where the schema asks for text: in the
 * arguments of a program (`x-text`), in a choice between texts that has them (`bits: 24`), and anywhere for the value of an
 * environment variable, which is both until its place decides. A word that stands for a mapping (`x-word`) becomes it.
 */
export function typedTexts(schema: Schema | undefined, value: Located): Located {
  const variant = variantFor(schema, value) ?? schema;
  switch (value.kind) {
    case 'scalar':
      if (variant?.['x-word'] !== undefined && value.value === variant['x-word'])
        return {kind: 'map', entries: new Map(), origin: value.origin};
      return typed(variant, value);
    case 'list':
      return {...value, items: value.items.map((item) => typedTexts(variant?.items, item))};
    case 'map': {
      const entries = [...value.entries].map(([key, entry]): [string, LocatedEntry] => [
        key,
        {...entry, value: typedTexts(childSchema(variant, key), entry.value)},
      ]);
      return {...value, entries: new Map(entries)};
    }
  }
}

function typed(schema: Schema | undefined, scalar: LocatedScalar): LocatedScalar {
  const {value, written} = scalar;
  if (schema === undefined || written === undefined || value === null || typeof value === 'string')
    return scalar;
  const asText =
    schema['x-text'] === 'as_written' ||
    (schema.enum?.includes(written) && !schema.enum.includes(value)) ||
    (scalar.variable !== undefined && wantsText(schema, value));
  return asText ? {...scalar, value: written} : scalar;
}

/** Is a text welcome here, and the value itself not? */
function wantsText(schema: Schema, value: number | boolean): boolean {
  const kinds = typeof value === 'number' ? ['number', 'integer'] : ['boolean'];
  const branches = [schema, ...(schema.anyOf ?? [])];
  const takes = (wanted: readonly string[]) =>
    branches.some(({type}) => [type ?? []].flat().some((each) => wanted.includes(each)));
  const choices = branches.flatMap((branch) => [
    ...(branch.enum ?? []),
    ...(branch.const === undefined ? [] : [branch.const]),
  ]);
  const takesValue = takes(kinds) || choices.includes(value);
  return !takesValue && (takes(['string']) || choices.some((choice) => typeof choice === 'string'));
}
