import {listed, nearMisses} from '../base/near-miss.js';
import {shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {type JsonNode, type JsonObjectNode, lineAndColumn} from '../format/json.js';
import {checkField, fieldValue} from './field-value.js';
import {isTruthy, pythonText} from './python-text.js';
import {type Remark, warning} from './remark.js';
import {type MetadataField, metadataFields} from './sample.js';
import {fieldNamed, type SongMetadata} from './song-metadata.js';

/** The JSON text an entry comes from, for positions. */
export interface JsonSource {
  readonly file: string;
  readonly text: string;
}

export interface EntryMetadata {
  readonly metadata: SongMetadata;
  readonly problems: readonly Problem[];
  /** Of values that are left out. */
  readonly remarks: readonly Remark[];
}

/**
 * The metadata in one JSON object, values as Python would print them. `null`, zero and `false` say nothing, but for `is_instrumental` and `repeats`. Lists of words are joined by commas. Values of another
 * shape become problems with a position; a tempo, key, time signature or length that cannot be one is left out with a remark.
 */
export function entryMetadata(entry: JsonObjectNode, source: JsonSource): EntryMetadata {
  const metadata: SongMetadata = {};
  const problems: Problem[] = [];
  const remarks: Remark[] = [];
  for (const [key, node] of entry.entries) {
    const field = fieldNamed(key);
    if (field === undefined || saysNothing(field, node)) continue;
    const text = textOf(node);
    const problem = text === undefined ? wrongShape(key, node) : checkField(field, text);
    if (problem !== undefined) {
      problems.push({...problem, position: placeInJson(node, source)});
      continue;
    }
    const judged = MEASURES.has(field) ? fieldValue(field, text!) : {text: text!};
    if ('expected' in judged) remarks.push(unlikely(key, node, judged.expected, source));
    else if (metadata[field] === undefined || metadata[field] === '') metadata[field] = judged.text;
  }
  return {metadata, problems, remarks};
}

/** Fields that only some values can be in; the others are words. */
const MEASURES: ReadonlySet<MetadataField> = new Set([
  'bpm',
  'keyscale',
  'timesignature',
  'duration',
  'is_instrumental',
]);

function unlikely(key: string, node: JsonNode, expected: string, source: JsonSource): Remark {
  const {line} = placeInJson(node, source);
  return warning(
    'dataset/unlikely-value',
    `${shownPath(source.file)}:${line}: ${key} is ${JSON.stringify(textOf(node))}, expected ${expected}; it is left out`,
    'Correct the value; what describes the song belongs into the caption.',
  );
}

/** Keys that dataset files have for other purposes: which song it is, and what upstream's tools note about their own work. */
const otherKeys = new Set([
  ...[
    'audio_path',
    'filename',
    'file',
    'path',
    'id',
    'name',
    'title',
    'artist',
    'album',
    'labeled',
    'created_at',
  ],
  ...['raw_lyrics', 'formatted_lyrics', 'tag_position', 'genre_ratio', 'num_samples', 'all_instrumental'],
]);

/** The keys of an entry that mean nothing here, in one remark; most often a misspelled field. */
export function unknownFields(entry: JsonObjectNode, source: JsonSource): Remark[] {
  const unknown = [...entry.entries].filter(
    ([key, node]) =>
      fieldNamed(key) === undefined && !otherKeys.has(key.toLowerCase()) && node.kind !== 'null',
  );
  const [first] = unknown;
  if (first === undefined) return [];
  const keys = unknown.map(([key]) => key);
  const near = keys.flatMap((key) => nearMisses(key, metadataFields).slice(0, 1));
  const {line} = placeInJson(first[1], source);
  return [
    warning(
      'dataset/unknown-key',
      `${shownPath(source.file)}:${line}: ${listed(keys, 5)}: no field has this name, so it is left out`,
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Fields: ${metadataFields.join(', ')}.`,
    ),
  ];
}

/** Upstream prints N/A for every false value, but not for a tempo of "0", which is none either; only whether a song is instrumental can be said by one. */
function saysNothing(field: MetadataField, node: JsonNode): boolean {
  if (node.kind === 'null') return true;
  if (field === 'bpm' && node.kind === 'string' && /^\s*(0+(\.0*)?|nan)\s*$/i.test(node.value)) return true;
  // What counts, and what is true or not, is said by zero too.
  if (field === 'is_instrumental' || field === 'repeats' || node.kind === 'string') return false;
  return !isTruthy(node);
}

export function placeInJson(node: JsonNode, {file, text}: JsonSource) {
  return {file, ...lineAndColumn(text, node.offset)};
}

function textOf(node: JsonNode): string | undefined {
  if (node.kind === 'object') return undefined;
  if (node.kind !== 'array') return pythonText(node);
  const words = node.items.map((item) => (item.kind === 'string' ? item.value : undefined));
  return words.every((word) => word !== undefined) ? words.join(', ') : undefined;
}

function wrongShape(key: string, node: JsonNode): Problem {
  return {
    code: 'dataset/wrong-type',
    message: `${key} is ${node.kind === 'array' ? 'a list' : 'an object'}, expected text or a number`,
  };
}
