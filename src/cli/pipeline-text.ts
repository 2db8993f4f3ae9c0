import {relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {stringify} from 'yaml';
import type {Json} from '../base/json.js';
import {packageRoot} from './version.js';

/** One key of a file that people will own: its value, what stands behind it, and what stands above it. */
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

/** The line by which editors find the schema; a path, so that it works without a network. */
export function schemaLine(folder: string, schema = 'pipeline'): string {
  const path = fileURLToPath(new URL(`schema/${schema}.schema.json`, packageRoot));
  const near = relative(folder, path);
  const shown = near.startsWith('../../../') ? path : near;
  return `# yaml-language-server: $schema=${shown}\n`;
}
