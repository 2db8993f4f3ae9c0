import {posix} from 'node:path';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {JsonNode, JsonObjectNode} from '../format/json.js';
import {parseUserJson} from '../format/user-json.js';
import {entryMetadata, type JsonSource, placeInJson, unknownFields} from './entry-metadata.js';
import type {Remark} from './remark.js';
import {type TagPosition, tagPositions} from './sample.js';
import type {SongMetadata} from './song-metadata.js';

/** An ACE-Step dataset JSON: a list of entries, or `{metadata, samples}`. */
export interface DatasetJson {
  readonly defaults: DatasetDefaults;
  readonly entries: readonly DatasetEntry[];
}

/** What holds for all songs unless an entry, or a stage parameter, says otherwise. */
export interface DatasetDefaults {
  readonly custom_tag?: string;
  readonly tag_position?: TagPosition;
  /** Percent of prompts that use the genre. */
  readonly genre_ratio?: number;
}

export interface DatasetEntry {
  /** As written: absolute, or relative to the JSON file or the audio folder. */
  readonly audio_path?: string;
  /** `filename`, else the last part of `audio_path`; may have folders in front (`sub/a.wav`). */
  readonly filename: string;
  readonly metadata: SongMetadata;
  /** Keys that mean nothing here. */
  readonly remarks: readonly Remark[];
  readonly position: Problem['position'];
}

/** Parses and checks a dataset JSON; every problem at once, each with its line. */
export function parseDatasetJson(text: string, file: string): Result<DatasetJson> {
  const source: JsonSource = {file, text};
  let root: JsonNode;
  try {
    root = parseUserJson(text, file);
  } catch (error) {
    if (error instanceof SidestepError) return failure({...error.problem, ...jsonLinesHint(text)});
    throw error;
  }
  const samples = root.kind === 'object' ? root.entries.get('samples') : root;
  if (samples?.kind !== 'array') return failure(notADataset(root, source));
  const defaults = readDefaults(root.kind === 'object' ? root.entries.get('metadata') : undefined, source);
  const entries = samples.items.map((item) => readEntry(item, source));
  const problems = [...defaults.problems, ...entries.flatMap((entry) => entry.problems)];
  if (problems.length > 0) return failure(...problems);
  return ok({
    defaults: defaults.value,
    entries: entries.flatMap(({value}) => (value === undefined ? [] : [value])),
  });
}

/** One object a line is JSON Lines, which many tools write; here the entries are one list. */
function jsonLinesHint(text: string): Pick<Problem, 'hint'> {
  const [first, second] = text.split('\n').filter((line) => line.trim() !== '');
  const isObject = (line: string | undefined) => line !== undefined && /^\s*\{.*\}\s*$/.test(line);
  if (!isObject(first) || !isObject(second)) return {};
  return {
    hint: 'This is JSON Lines, an object a line. Make a list of it, with: jq -s . FILE.jsonl > FILE.json',
  };
}

function readDefaults(
  node: JsonNode | undefined,
  source: JsonSource,
): {value: DatasetDefaults; problems: Problem[]} {
  if (node === undefined || node.kind === 'null') return {value: {}, problems: []};
  if (node.kind !== 'object')
    return {value: {}, problems: [wrong('dataset/wrong-type', 'metadata must be an object', node, source)]};
  const problems: Problem[] = [];
  const {custom_tag} = entryMetadata(node, source).metadata;
  const position = node.entries.get('tag_position');
  const ratio = node.entries.get('genre_ratio');
  const tag_position = tagPositions.find((name) => position?.kind === 'string' && name === position.value);
  if (position !== undefined && position.kind !== 'null' && tag_position === undefined)
    problems.push(
      wrong('dataset/wrong-value', 'tag_position must be prepend, append or replace', position, source),
    );
  const genre_ratio = ratio?.kind === 'number' ? ratio.value : undefined;
  if (
    ratio !== undefined &&
    ratio.kind !== 'null' &&
    !(genre_ratio !== undefined && genre_ratio >= 0 && genre_ratio <= 100)
  )
    problems.push(wrong('dataset/wrong-value', 'genre_ratio must be a number from 0 to 100', ratio, source));
  const value = {
    ...(custom_tag ? {custom_tag} : {}),
    ...(tag_position === undefined ? {} : {tag_position}),
    ...(genre_ratio === undefined ? {} : {genre_ratio}),
  };
  return {value, problems};
}

function readEntry(
  node: JsonNode,
  source: JsonSource,
): {value: DatasetEntry | undefined; problems: readonly Problem[]} {
  if (node.kind !== 'object')
    return {
      value: undefined,
      problems: [wrong('dataset/wrong-type', 'an entry must be an object', node, source)],
    };
  const audio_path = textField(node, 'audio_path');
  const filename =
    textField(node, 'filename') ?? (audio_path === undefined ? undefined : lastPart(audio_path));
  const {metadata, problems, remarks} = entryMetadata(node, source);
  if (filename === undefined) {
    const message = 'an entry needs audio_path or filename, else no one knows which song it describes';
    return {
      value: undefined,
      problems: [...problems, wrong('dataset/entry-without-file', message, node, source)],
    };
  }
  const entry = {
    filename,
    metadata,
    remarks: [...remarks, ...unknownFields(node, source)],
    position: placeInJson(node, source),
  };
  return {value: audio_path === undefined ? entry : {...entry, audio_path}, problems};
}

function textField(node: JsonObjectNode, name: string): string | undefined {
  const field = node.entries.get(name);
  return field?.kind === 'string' && field.value !== '' ? field.value : undefined;
}

/** Dataset files made on Windows name paths with backslashes. */
function lastPart(path: string): string {
  return posix.basename(path.replaceAll('\\', '/'));
}

function wrong(code: string, message: string, node: JsonNode, source: JsonSource): Problem {
  return {code, message, position: placeInJson(node, source)};
}

function notADataset(root: JsonNode, source: JsonSource): Problem {
  const found =
    root.kind === 'object'
      ? `an object with the keys ${[...root.entries.keys()].slice(0, 8).join(', ')}`
      : root.kind;
  return wrong(
    'dataset/not-a-dataset',
    `Expected a list of samples or an object with "samples", found ${found}`,
    root,
    source,
  );
}
