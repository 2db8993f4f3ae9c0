import type {Schema} from '../../schema/schema.js';
import {type Located, member} from '../text/located.js';

/** The variant that a tag chooses; the default's where there is none; the schema itself where there are no variants. */
export function branchOf(schema: Schema, tag: unknown): Schema | undefined {
  const key = schema.discriminator?.propertyName;
  if (key === undefined) return schema;
  const wanted = tag ?? (schema.default as Record<string, unknown> | undefined)?.[key];
  return schema.oneOf?.find((branch) => branch.properties?.[key]?.const === wanted);
}

/** The tags of a schema with variants. */
export function tagsOf(schema: Schema): string[] {
  const key = schema.discriminator?.propertyName;
  if (key === undefined) return [];
  return (schema.oneOf ?? []).map((branch) => String(branch.properties?.[key]?.const));
}

/** The schema of one member of a mapping or element of a list. */
export function childSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  if (typeof schema?.additionalProperties === 'object') return schema.additionalProperties;
  return schema?.items;
}

/** The schema that a value must meet, its variant chosen by what the value says. */
export function variantFor(schema: Schema | undefined, value: Located | undefined): Schema | undefined {
  const key = schema?.discriminator?.propertyName;
  if (schema === undefined || key === undefined) return schema;
  const tag = member(value, key);
  return branchOf(schema, tag?.kind === 'scalar' ? tag.value : undefined);
}

/** Dotted paths at which a schema has a property of this name, shallowest first. */
export function pathsNamed(schema: Schema, name: string, prefix = ''): string[] {
  const here = schema.properties && Object.hasOwn(schema.properties, name) ? [`${prefix}${name}`] : [];
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    [property, ...(property.oneOf ?? [])].flatMap((variant) => pathsNamed(variant, name, `${prefix}${key}.`)),
  );
  return [...new Set([...here, ...inner])];
}
