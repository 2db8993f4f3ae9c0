import {type Fingerprint, isHash, sha256} from '../base/hash.js';
import {asWritten, isJsonObject, type Json} from '../base/json.js';
import {canLieTogether, isPathWithin} from '../base/path-within.js';
import type {CacheEntry, TreeFile} from './entry.js';
import {listingHash} from './listing.js';

/**
 * How an entry is written: one line that begins with its fingerprint and the checksum of the rest. A cache may be shared, and
 * disks err: what is not exactly an entry is none.
 */
export const ENTRY_FORMAT = 2;
/** Every entry begins so; the index finds the fingerprint of a line by it. */
export const ENTRY_HEAD = `{"format":${ENTRY_FORMAT},"fingerprint":"`;
const MIDDLE = '","checksum":"';
const DIGITS = 64;
const CHECKSUM_AT = ENTRY_HEAD.length + DIGITS + MIDDLE.length;
const REST_AT = CHECKSUM_AT + DIGITS + '",'.length;

export function entryText({format: _format, fingerprint, ...rest}: CacheEntry): string {
  const members = JSON.stringify(rest).slice(1);
  return `${ENTRY_HEAD}${fingerprint}${MIDDLE}${checksumOf(fingerprint, members)}",${members}`;
}

/** Undefined for damaged, foreign or hostile text: it names no file outside the folder it is published to. */
export function parseEntry(text: string, fingerprint: Fingerprint): CacheEntry | undefined {
  const line = text.trimEnd();
  if (!line.startsWith(`${ENTRY_HEAD}${fingerprint}${MIDDLE}`)) return undefined;
  const members = line.slice(REST_AT);
  if (line.slice(CHECKSUM_AT, CHECKSUM_AT + DIGITS) !== checksumOf(fingerprint, members)) return undefined;
  try {
    const rest = JSON.parse(`{${members}`) as Json;
    if (!isEntryRest(rest)) return undefined;
    return {
      format: ENTRY_FORMAT,
      fingerprint,
      ...asWritten<Omit<CacheEntry, 'format' | 'fingerprint'>>(rest),
    };
  } catch {
    return undefined;
  }
}

function checksumOf(fingerprint: Fingerprint, members: string): string {
  return sha256(fingerprint + members);
}

function isEntryRest(rest: Json): boolean {
  return (
    isJsonObject(rest) &&
    typeof rest.made_by === 'string' &&
    typeof rest.created_at === 'number' &&
    typeof rest.duration_ms === 'number' &&
    isJsonObject(rest.about) &&
    isJsonObject(rest.parts) &&
    isListOf(rest.refers, isObjectRef) &&
    isListOf(rest.made_from, isHashText) &&
    (rest.removed === undefined || isRemoval(rest.removed)) &&
    (rest.warnings === undefined || isListOf(rest.warnings, isProblem)) &&
    isJsonObject(rest.outputs) &&
    Object.values(rest.outputs).every(isOutput)
  );
}

function isRemoval(value: Json): boolean {
  return (
    isJsonObject(value) &&
    typeof value.at === 'number' &&
    isListOf(value.outputs, (name) => typeof name === 'string')
  );
}

function isProblem(value: Json): boolean {
  return isJsonObject(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

function isOutput(output: Json): boolean {
  if (!isObjectRef(output) || !isHashText(output.identity) || !isNameWithin(output.name)) return false;
  if (output.kind !== 'tree') return output.kind === 'json' || output.kind === 'file';
  if (!isListOf(output.files, isTreeFile)) return false;
  const files = asWritten<readonly TreeFile[]>(output.files!);
  return canLieTogether(files.map(({path}) => path)) && listingHash(files) === output.hash;
}

function isNameWithin(value: Json | undefined): boolean {
  return typeof value === 'string' && isPathWithin(value);
}

function isTreeFile(file: Json): boolean {
  return (
    isObjectRef(file) &&
    isNameWithin(file.path) &&
    (file.executable === undefined || file.executable === true)
  );
}

function isObjectRef(value: Json | undefined): value is {readonly [key: string]: Json} {
  return (
    isJsonObject(value) &&
    isHashText(value.hash) &&
    Number.isSafeInteger(value.size) &&
    Number(value.size) >= 0
  );
}

function isHashText(value: Json | undefined): value is string {
  return typeof value === 'string' && isHash(value);
}

function isListOf(value: Json | undefined, isOne: (item: Json) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
