import {isAbsolute, relative, resolve, sep} from 'node:path';
import {stringify} from 'yaml';
import type {Json} from '../base/json.js';
import {SCHEMA_URL} from '../schema/schema-url.generated.js';

/** One key of a file that people will own: its value, what is behind it, and what is above it. */
export interface Entry {
  readonly key: string;
  readonly value: Json | readonly Entry[];
  /** Behind the value, on its line. */
  readonly note?: string;
  /** On lines of its own above the key. */
  readonly comment?: string;
}

/** A map whose entries are all there is to say; `undefined` entries are left out. */
export function entries(values: Readonly<Record<string, Json | readonly Entry[] | undefined>>): Entry[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{key, value}]));
}

/** YAML text in block style, comments kept; ends with a newline. */
export function yamlText(list: readonly Entry[], indent = ''): string {
  return list.map((entry) => entryText(entry, indent)).join('');
}

function entryText({key, value, note, comment}: Entry, indent: string): string {
  const above = (comment ?? '').split('\n').filter((line) => line !== '');
  const head = above.map((line) => `${indent}# ${line}\n`).join('');
  const behind = note === undefined ? '' : ` # ${note}`;
  if (isEntries(value))
    return value.length === 0
      ? `${head}${indent}${key}: {}${behind}\n`
      : `${head}${indent}${key}:${behind}\n${yamlText(value, `${indent}  `)}`;
  return `${head}${indent}${key}: ${inline(value)}${behind}\n`;
}

function isEntries(value: Entry['value']): value is readonly Entry[] {
  return Array.isArray(value) && value.every((item) => isEntry(item));
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value;
}

/** On one line, quoted where YAML needs it: the library knows where. */
function inline(value: Json): string {
  return stringify(value, {collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0}).trimEnd();
}

/** The line by which editors find the schema: the same on every machine that the file gets to. */
export function schemaLine(schema = 'pipeline'): string {
  return `# yaml-language-server: $schema=${SCHEMA_URL}${schema}.schema.json\n`;
}

/** Where a file goes, and from where the relative paths that people give start. */
export interface FilePlace {
  /** Absolute folder the file will be in; relative paths in it start from there. */
  readonly folder: string;
  readonly cwd: string;
}

/** A path as the file should hold it: what is below its folder moves with it, also where it was given in full. */
export function writtenPath(path: string, {folder, cwd}: FilePlace): string {
  if (path.startsWith('~')) return path;
  const near = relative(folder, resolve(cwd, path)).split(sep).join('/');
  const isOutside = near === '..' || near.startsWith('../') || isAbsolute(near); // on another drive
  if (isAbsolute(path) && isOutside) return path;
  return near.startsWith('.') ? near : `./${near}`;
}
