import {listed} from '../base/near-miss.js';
import {shownPath} from '../base/path-bytes.js';
import {fieldValue} from './field-value.js';
import {isSectionMark} from './lyrics-sections.js';
import {type Remark, warning} from './remark.js';
import {type MetadataField, metadataFields} from './sample.js';
import {fieldNamed, type SongMetadata} from './song-metadata.js';

/** What a `song.txt` says. */
export interface SidecarText {
  readonly metadata: SongMetadata;
  readonly remarks: readonly Remark[];
  /** Text that is before, or without, any known key: a caption or lyrics, which only the other files can tell. */
  readonly bare: string | undefined;
}

/**
 * Reads `key: value` lines, also as `**key:** value`, `- key: value` and, for known keys, `key = value`. Only a caption may run
 * over several lines; everything behind `lyrics:`, or from the first section mark such as `[Verse]` on where no line says so, is
 * lyrics up to the end of the file. A line with an unknown key, and a value that its field cannot have, is left out with a remark.
 */
export function parseTextSidecar(text: string, file: string): SidecarText {
  const lines = text.split(LINE_END);
  const read = readLines(lines);
  const [only, ...others] = lines.filter((line) => line.trim() !== '');
  if (others.length === 0 && read.unlikely.length > 0) {
    const remarks = read.unlikely.map((value) => unlikely(file, value, 'the line is taken for the caption'));
    return {metadata: {caption: only!.trim()}, remarks, bare: undefined};
  }
  const remarks = read.unlikely.map((value) => unlikely(file, value, 'it is left out'));
  if (!read.known) return {metadata: {}, remarks, bare: text.trim()};
  if (read.dropped.length > 0) remarks.push(unknownKeys(file, read.dropped));
  if (read.sections !== undefined) remarks.push(lyricsWithoutKey(file, read.sections));
  remarks.push(...read.repeated.map((each) => repeatedKey(file, each)));
  return {metadata: read.metadata, remarks, bare: read.before === '' ? undefined : read.before};
}

/** Python's programs, and word processors, end lines with these too. */
const LINE_END = /[\n\u0085\u2028\u2029]/;

interface Unlikely {
  readonly line: number;
  readonly key: string;
  readonly value: string;
  readonly expected: string;
}

interface Dropped {
  readonly line: number;
  readonly key: string;
}

interface Reading {
  readonly metadata: SongMetadata;
  readonly unlikely: Unlikely[];
  readonly dropped: Dropped[];
  /** The text before the first known key. */
  before: string;
  /** Whether any line had a known key. */
  known: boolean;
  /** The first line of lyrics that no key announces. */
  sections: {readonly line: number; readonly mark: string} | undefined;
  readonly repeated: Repeated[];
}

/** A field that two lines say; the later one counts. */
interface Repeated {
  readonly key: string;
  readonly lines: readonly [number, number];
}

function readLines(lines: readonly string[]): Reading {
  const reading: Reading = {
    ...{metadata: {}, unlikely: [], dropped: [], repeated: []},
    ...{before: '', known: false, sections: undefined},
  };
  const saidAt = new Map<MetadataField, number>();
  const announced = lines.some((line) => fieldNamed(keyOf(line)?.key ?? '') === 'lyrics');
  const keyedBelow = lines.some((line) => fieldNamed(keyOf(line)?.key ?? '') !== undefined);
  let running: 'caption' | 'unknown' | 'nothing' = 'nothing'; // what a line without a key belongs to
  for (const [i, line] of lines.entries()) {
    const keyed = keyOf(line);
    const field = keyed === undefined ? undefined : fieldNamed(keyed.key);
    if (keyed !== undefined && field !== undefined) {
      reading.known = true;
      const before = saidAt.get(field);
      if (before !== undefined) reading.repeated.push({key: keyed.key, lines: [before, i + 1]});
      saidAt.set(field, i + 1);
      if (field === 'lyrics') {
        reading.metadata.lyrics = blockText([keyed.value, ...lines.slice(i + 1)]);
        break;
      }
      running = field === 'caption' ? 'caption' : 'nothing';
      take(reading, {field, line: i + 1, ...keyed});
    } else if (reading.known && !announced && isSectionMark(line)) {
      reading.sections = {line: i + 1, mark: line.trim()};
      reading.metadata.lyrics = lines.slice(i).join('\n').trim();
      break;
    } else if (!reading.known && keyedBelow && isMargin(line)) {
      if (!RULE.test(line)) reading.dropped.push({line: i + 1, key: quotedStart(line)});
    } else if (!reading.known) {
      reading.before = `${reading.before}\n${line}`.trim();
    } else if (keyed?.separator === ':') {
      running = 'unknown';
      reading.dropped.push({line: i + 1, key: keyed.key});
    } else if (RULE.test(line)) {
      running = 'nothing'; // also in front matter, where a caption may be last
    } else if (running === 'caption' && !isMargin(line)) {
      reading.metadata.caption += `\n${line}`;
    } else if (running !== 'unknown' && line.trim() !== '') {
      reading.dropped.push({line: i + 1, key: quotedStart(line)});
    }
  }
  const {caption} = reading.metadata;
  if (caption !== undefined) reading.metadata.caption = blockText(caption.split('\n'));
  return reading;
}

/** Rules of dashes, as front matter has them around it. */
const RULE = /^\s*(?:-{3,}|={3,}|\*{3,})\s*$/;

/** What is before keys and belongs to none: rules, and headings or comments that name no section of lyrics. */
function isMargin(line: string): boolean {
  return RULE.test(line) || (/^\s*#/.test(line) && !isSectionMark(line));
}

function quotedStart(line: string): string {
  return JSON.stringify(line.trim().slice(0, 40));
}

function take(
  reading: Reading,
  found: {field: MetadataField; line: number; key: string; value: string},
): void {
  const {field, line, key, value} = found;
  const judged = fieldValue(field, unquoted(value));
  if ('text' in judged) reading.metadata[field] = judged.text;
  else reading.unlikely.push({line, key, value: value.trim(), expected: judged.expected});
}

/** Values as YAML writes them: in quotes, which are no part of the words. */
function unquoted(value: string): string {
  const [, , inner] = /^\s*(["'])(.*)\1\s*$/.exec(value) ?? [];
  return inner === undefined || /["']/.test(inner) ? value : inner;
}

const keyLine =
  /^[\s\u200B\u200E\u200F\u2060\uFEFF]*(?:[-*•]\s+)?(?:\*\*|__)?\s*(?<key>\p{L}[\p{L}\p{N}_-]*(?:[ \t]+[\p{L}\p{N}_-]+){0,2})\s*(?:\*\*|__)?\s*(?<separator>[:：=])(?:\*\*|__)?(?<value>.*)$/u;

/** `undefined` for a line that has no key: prose, a link, `at 3:20`. */
function keyOf(line: string): {key: string; separator: ':' | '='; value: string} | undefined {
  const {key, separator, value} = keyLine.exec(line)?.groups ?? {};
  if (key === undefined || value === undefined) return undefined;
  if (fieldNamed(key) === undefined && !/^(?:\s|$)/.test(value)) return undefined;
  return {key: key.trim(), separator: separator === '=' ? '=' : ':', value};
}

/** The text of a value over several lines; YAML's sign for such a block, and the block's indent, are no part of it. */
function blockText(lines: readonly string[]): string {
  const [first = '', ...rest] = lines;
  if (!/^\s*[|>][+-]?\d?\s*$/.test(first)) return lines.join('\n').trim();
  const indents = rest.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)![0].length);
  const indent = Math.min(...indents, 80);
  return rest
    .map((line) => line.slice(Math.min(indent, /^\s*/.exec(line)![0].length)))
    .join('\n')
    .trim();
}

function unlikely(file: string, {line, key, value, expected}: Unlikely, done: string): Remark {
  return warning(
    'dataset/unlikely-value',
    `${shownPath(file)}:${line}: ${key} is ${JSON.stringify(value)}, expected ${expected}; ${done}`,
    'Correct the value; what describes the song belongs behind `caption:`.',
  );
}

function unknownKeys(file: string, dropped: readonly Dropped[]): Remark {
  const keys = [...new Set(dropped.map(({key}) => key))];
  return warning(
    'dataset/unknown-key',
    `${shownPath(file)}:${dropped[0]!.line}: ${listed(keys, 5)}: no field has this name, so ${dropped.length === 1 ? 'the line is' : `${dropped.length} lines are`} left out`,
    `Fields: ${metadataFields.join(', ')}. What belongs into the caption is behind \`caption:\`.`,
  );
}

function lyricsWithoutKey(file: string, {line, mark}: NonNullable<Reading['sections']>): Remark {
  return warning(
    'dataset/text-without-keys',
    `${shownPath(file)}:${line}: what begins with ${mark} is taken for the lyrics, though no line says so`,
    'Put `lyrics:` in front of it.',
  );
}

function repeatedKey(file: string, {key, lines: [first, second]}: Repeated): Remark {
  return warning(
    'dataset/key-twice',
    `${shownPath(file)}:${second}: ${key} is in line ${first} already; the later one counts`,
    'Remove one of the two lines.',
  );
}
