/** Plain JSON: what crosses processes, enters fingerprints and lands in files. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON text that depends on the value alone: no white space, keys sorted by UTF-16 code unit (never by locale),
 * numbers as ECMAScript prints them. Two values are equal exactly when their texts are.
 * Throws on what JSON cannot say (undefined, NaN, infinities, functions): a fingerprint must not lose information.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value); // -0 prints as 0, which is meant: they are one number to every stage
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) throw new TypeError(`${typeof value} has no JSON form`);
  const members = Object.keys(value)
    .sort() // by code unit
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/**
 * Plain data as JSON: an interface has no index signature, so TypeScript does not see that it is. What JSON cannot say,
 * `canonicalJson` refuses.
 */
export function asJson(value: object): JsonObject {
  return value as JsonObject;
}

/** JSON that this program wrote, as the type it was written from: after its form, its seal or its hash was checked. */
export function asWritten<Document>(value: Json): Document {
  return value as Document;
}

/** The value under a key of a user's choice: `constructor` and the like are keys as any other. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
