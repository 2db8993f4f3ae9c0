import {own} from '../base/json.js';
import type {Schema} from '../schema/schema.js';
import {branchOf, childSchema} from './check/schema-walk.js';
import type {Located, LocatedEntry, LocatedMap} from './text/located.js';

/**
 * Lays a stronger layer over a weaker one, key by key; lists are replaced whole. Where the stronger layer chooses
 * another variant (`adapter: {type: lokr}` over a preset's lora), the weaker keys that it does not have fall away; so do
 * those that have another default in it: a learning rate that was meant for AdamW is none for Prodigy.
 */
export function layered(schema: Schema | undefined, weak: Located, strong: Located): Located {
  if (weak.kind !== 'map' || strong.kind !== 'map') return strong;
  const kept = schema?.discriminator ? keysOfVariant(schema, weak, strong) : weak.entries;
  const entries = new Map<string, LocatedEntry>(kept);
  const branch = schema && branchOf(schema, tagOf(schema, strong) ?? tagOf(schema, weak));
  for (const [key, entry] of strong.entries) {
    const below = kept.get(key);
    entries.set(
      key,
      below ? {...entry, value: layered(childSchema(branch, key), below.value, entry.value)} : entry,
    );
  }
  return {...strong, entries};
}

function keysOfVariant(
  schema: Schema,
  weak: LocatedMap,
  strong: LocatedMap,
): ReadonlyMap<string, LocatedEntry> {
  const tag = tagOf(schema, strong);
  const variant = tag === undefined || tag === tagOf(schema, weak) ? undefined : branchOf(schema, tag);
  if (!variant?.properties) return weak.entries;
  const old = tagOf(schema, weak);
  const before = old === undefined ? undefined : branchOf(schema, old); // untagged keys were meant for any variant
  return new Map([...weak.entries].filter(([key]) => carriesOver(key, before, variant)));
}

function carriesOver(key: string, before: Schema | undefined, variant: Schema): boolean {
  const [was, is] = [before, variant].map((branch) => branch?.properties && own(branch.properties, key));
  return (
    is !== undefined && (was === undefined || JSON.stringify(was.default) === JSON.stringify(is.default))
  );
}

function tagOf(schema: Schema, map: LocatedMap): unknown {
  const key = schema.discriminator?.propertyName;
  const value = key === undefined ? undefined : map.entries.get(key)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}
