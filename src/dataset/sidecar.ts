import {readFile} from 'node:fs/promises';
import {extname} from 'node:path';
import type {Problem} from '../base/problem.js';
import {SidestepError} from '../base/problem.js';
import {parseJson} from '../format/json.js';
import {checkField, entryMetadata} from './entry-metadata.js';
import type {MetadataField} from './sample.js';
import {fieldNamed, mergeMetadata, type SongMetadata} from './song-metadata.js';

/** What lies beside a song, and what is wrong with it. */
export interface Sidecars {
  readonly metadata: SongMetadata;
  readonly problems: readonly Problem[];
  /** The files that were there. */
  readonly files: readonly string[];
}

/**
 * Reads the text files beside `song.wav`: `song.caption.txt` and `song.lyrics.txt` (their whole content), `song.json`
 * (an object with the keys of a dataset JSON entry) and `song.txt`; the more special file wins.
 */
export async function readSidecars(audioPath: string): Promise<Sidecars> {
  const stem = audioPath.slice(0, audioPath.length - extname(audioPath).length);
  const readers = [
    {file: `${stem}.caption.txt`, parse: (text: string) => said({caption: text.trim()})},
    {file: `${stem}.lyrics.txt`, parse: (text: string) => said({lyrics: text.trim()})},
    {file: `${stem}.json`, parse: parseJsonSidecar},
    {file: `${stem}.txt`, parse: parseTextSidecar},
  ];
  const found: {file: string; metadata: SongMetadata; problems: readonly Problem[]}[] = [];
  for (const {file, parse} of readers) {
    const text = await readText(file);
    if (text instanceof Object) found.push({file, metadata: {}, problems: [text]});
    else if (text !== undefined) found.push({file, ...parse(text, file)});
  }
  const {metadata} = mergeMetadata(found.map((part) => ({origin: 'sidecar', metadata: part.metadata})));
  return {metadata, problems: found.flatMap((part) => part.problems), files: found.map((part) => part.file)};
}

interface Parsed {
  readonly metadata: SongMetadata;
  readonly problems: readonly Problem[];
}

function said(metadata: SongMetadata): Parsed {
  return {metadata, problems: []};
}

/**
 * `key: value` lines; a line without a known key continues the value above it, and everything behind `lyrics:` up to the
 * end of the file is lyrics. A file without any known key is a caption as a whole.
 */
export function parseTextSidecar(text: string, file: string): Parsed {
  const metadata: SongMetadata = {};
  const problems: Problem[] = [];
  const lines = text.split('\n');
  let field: MetadataField | undefined;
  for (const [i, line] of lines.entries()) {
    const [, key = '', value = ''] = /^\s*([A-Za-z][\w -]*?)\s*:(.*)$/.exec(line) ?? [];
    const named = fieldNamed(key);
    if (named === undefined) {
      if (field !== undefined) metadata[field] = `${metadata[field] ?? ''}\n${line}`;
      continue;
    }
    field = named;
    metadata[field] = value.trim();
    if (field === 'lyrics') {
      metadata.lyrics = [value, ...lines.slice(i + 1)].join('\n').trim();
      break;
    }
  }
  if (field === undefined) return said({caption: text.trim()});
  for (const [name, value] of Object.entries(metadata) as [MetadataField, string][]) {
    metadata[name] = value.trim();
    const problem = checkField(name, value.trim());
    if (problem === undefined) continue;
    problems.push({...problem, message: `${file}: ${problem.message}`});
    delete metadata[name];
  }
  return {metadata, problems};
}

function parseJsonSidecar(text: string, file: string): Parsed {
  try {
    const node = parseJson(text, {file, duplicateKeys: 'last_wins'});
    if (node.kind === 'object') return entryMetadata(node, {file, text});
    return {metadata: {}, problems: [{code: 'dataset/wrong-type', message: `${file} must hold an object`}]};
  } catch (error) {
    if (error instanceof SidestepError) return {metadata: {}, problems: [error.problem]};
    throw error;
  }
}

/** UTF-8 with line ends as `\n`; `undefined` when there is no such file, a problem when it is not text. */
async function readText(path: string): Promise<string | Problem | undefined> {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(await readFile(path));
    return text.replace(/\r\n?/g, '\n');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      code: 'dataset/sidecar-unreadable',
      message: `${path} cannot be read: ${reason}`,
      hint: 'Save it as UTF-8 text.',
    };
  }
}
