import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import type {JsonNode, JsonObjectNode} from '../format/json.js';
import {parseUserJson} from '../format/user-json.js';
import type {MetadataField} from './sample.js';
import {fieldNamed} from './song-metadata.js';

export type Facts = Readonly<Partial<Record<MetadataField, string | number>>>;

/** A `song.json` that says only this. */
export function newSidecar(facts: Facts): string {
  return `${JSON.stringify(facts, null, 2)}\n`;
}

/**
 * The text of a `song.json` that says these facts too: those it lacks, with `overwrite` also in place of what it says. All else
 * stays as it is, byte for byte. Undefined when nothing changes. Throws `json/invalid`, `dataset/wrong-type`.
 */
export function completedSidecar(
  {text, path}: {readonly text: string; readonly path: string},
  facts: Facts,
  policy: 'missing' | 'overwrite',
): string | undefined {
  const node = parseUserJson(text, path);
  if (node.kind !== 'object') throw wrongType(`${shownPath(path)} must hold an object`);
  const edits: Edit[] = [];
  const added: [string, string | number][] = [];
  for (const [field, value] of Object.entries(facts)) {
    const [key, there] = entryOf(node, field) ?? [];
    if (there === undefined) added.push([field, value]);
    else if (saysNothing(there) || (policy === 'overwrite' && !says(there, value)))
      edits.push({...spanOf(text, {key: key!, there, path}), by: JSON.stringify(value)});
  }
  if (added.length > 0) edits.push(insertion(text, node, added));
  if (edits.length === 0) return undefined;
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((edited, {from, to, by}) => edited.slice(0, from) + by + edited.slice(to), text);
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** Under whatever name the file has it; of two names the first counts, as where it is read. */
function entryOf(node: JsonObjectNode, field: string): [string, JsonNode] | undefined {
  const named = [...node.entries].filter(([key]) => fieldNamed(key) === field);
  return named.find(([, value]) => !saysNothing(value)) ?? named[0];
}

function saysNothing(node: JsonNode): boolean {
  return node.kind === 'null' || (node.kind === 'string' && node.value.trim() === '');
}

function says(node: JsonNode, value: string | number): boolean {
  return (node.kind === 'string' || node.kind === 'number') && String(node.value) === String(value);
}

function spanOf(
  text: string,
  {key, there, path}: {readonly key: string; readonly there: JsonNode; readonly path: string},
): Pick<Edit, 'from' | 'to'> {
  if (there.kind === 'array' || there.kind === 'object')
    throw wrongType(`${shownPath(path)}: ${key} is no single value`);
  const scalar = /"(?:[^"\\]|\\.)*"|[^\s,}\]]+/y;
  scalar.lastIndex = there.offset;
  return {from: there.offset, to: there.offset + scalar.exec(text)![0].length};
}

/** Before the first entry, set as that is set. */
function insertion(text: string, node: JsonObjectNode, added: readonly [string, string | number][]): Edit {
  const from = node.offset + 1;
  const space = /^\s*/.exec(text.slice(from))![0];
  const lines = added.map(([field, value]) => `${JSON.stringify(field)}: ${JSON.stringify(value)}`);
  if (node.entries.size === 0) return {from, to: from + space.length, by: `\n  ${lines.join(',\n  ')}\n`};
  const between = space === '' ? ' ' : space;
  return {
    from,
    to: from,
    by: `${space}${lines.map((line) => `${line},`).join(between)}${space === '' ? ' ' : ''}`,
  };
}

function wrongType(message: string): SidestepError {
  return new SidestepError({code: 'dataset/wrong-type', message});
}
