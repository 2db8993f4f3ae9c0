import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {parseUserJson} from '../format/user-json.js';
import {readUserText} from '../format/user-text.js';
import type {SidecarEnding} from '../stage/sidecar-endings.js';
import {entryMetadata, unknownFields} from './entry-metadata.js';
import {marksSections} from './lyrics-sections.js';
import {error, type Remark, warning} from './remark.js';
import {findSidecars, type ListFolder, type SidecarFile} from './sidecar-names.js';
import {parseTextSidecar, type SidecarText} from './sidecar-text.js';
import {mergeMetadata, type SongMetadata} from './song-metadata.js';
import {isTimed} from './timed-lyrics.js';

/** What is beside a song, and what is to be said of it. */
export interface Sidecars {
  readonly metadata: SongMetadata;
  readonly remarks: readonly Remark[];
  /** The files that were there. */
  readonly files: readonly string[];
}

/**
 * Reads the text files beside `song.wav`: `song.caption.txt`, `song.lyrics.txt` and `song.lrc` (their whole content),
 * `song.json` (an object with the keys of a dataset JSON entry) and `song.txt`; the more special file wins. `elsewhere` is what the
 * dataset JSON says: it decides what a `song.txt` without keys is. A file that cannot be read is an error, since the song
 * would be trained without its words.
 */
export async function readSidecars(
  audioPath: string,
  {list, elsewhere}: {list: ListFolder; elsewhere: SongMetadata},
): Promise<Sidecars> {
  const {files, remarks} = await findSidecars(audioPath, list);
  const read: Read[] = [];
  for (const file of files) read.push(await readSidecar(file));
  const keyed = mergeMetadata(read.map(({metadata}) => ({origin: 'sidecar', metadata}))).metadata;
  const bare = read.map((part) => settleBare(part, mergeTwo(keyed, elsewhere)));
  const parts = [...read, ...bare].map(({metadata}) => ({origin: 'sidecar' as const, metadata}));
  return {
    metadata: mergeMetadata(parts).metadata,
    remarks: [...remarks, ...[...read, ...bare].flatMap((part) => part.remarks)],
    files: files.map(({path}) => path),
  };
}

interface Read extends Pick<SidecarText, 'metadata' | 'remarks'> {
  readonly path: string;
  readonly bare?: string | undefined;
}

/** Of a file that says other things with keys, a text without one is not plainly lyrics. */
const hasKeys = ({metadata}: Read) => Object.keys(metadata).length > 0;

function mergeTwo(first: SongMetadata, second: SongMetadata): SongMetadata {
  return mergeMetadata([
    {origin: 'sidecar', metadata: first},
    {origin: 'dataset_json', metadata: second},
  ]).metadata;
}

async function readSidecar({path, ending}: SidecarFile): Promise<Read> {
  try {
    return {path, ...parsers[ending](await readUserText(path), path)};
  } catch (failure) {
    if (failure instanceof SidestepError) return {path, metadata: {}, remarks: [error(failure.problem)]};
    throw failure;
  }
}

type Parse = (text: string, file: string) => Omit<Read, 'path'>;

const parsers: Readonly<Record<SidecarEnding, Parse>> = {
  '.caption.txt': (text, file) => ({metadata: {caption: text.trim()}, remarks: keysInCaption(text, file)}),
  '.lyrics.txt': lyricsAlone,
  '.lrc': lyricsAlone,
  '.json': parseJsonSidecar,
  '.txt': (text, file) =>
    /^\s*\{\s*"/.test(text) ? parseJsonSidecar(text, file) : parseTextSidecar(text, file),
};

function lyricsAlone(text: string): Omit<Read, 'path'> {
  return {metadata: {lyrics: text.trim()}, remarks: []};
}

/** A caption file is a caption, whatever is in it; lines that look like the keys of a `song.txt` are pointed out. */
function keysInCaption(text: string, file: string): Remark[] {
  const {metadata} = parseTextSidecar(text, file);
  const fields = Object.keys(metadata).filter(
    (field) => metadata[field as keyof SongMetadata] !== text.trim(),
  );
  if (fields.length === 0) return [];
  return [
    warning(
      'dataset/keys-in-caption',
      `${shownPath(file)} is the caption as a whole, also its lines that begin with ${fields.join(', ')}`,
      'Lines of `key: value` are understood in a file called like the song, with .txt alone.',
    ),
  ];
}

function parseJsonSidecar(text: string, file: string): Omit<Read, 'path'> {
  const node = parseUserJson(text, file);
  if (node.kind !== 'object')
    throw new SidestepError({code: 'dataset/wrong-type', message: `${shownPath(file)} must hold an object`});
  const {metadata, problems, remarks} = entryMetadata(node, {file, text});
  const located = problems.map((problem): Remark => {
    const {position, message} = problem;
    return {...problem, severity: 'error', message: `${shownPath(file)}:${position?.line ?? 1}: ${message}`};
  });
  return {metadata, remarks: [...located, ...remarks, ...unknownFields(node, {file, text})]};
}

/** Text without keys is lyrics where the song has its caption from elsewhere, or when it looks like lyrics; else its caption. */
function settleBare(read: Read, known: SongMetadata): Read {
  const {path, bare} = read;
  const file = shownPath(path);
  if (bare === undefined || bare === '') return {path, metadata: {}, remarks: []};
  if (known.caption || marksSections(bare) || isTimed(bare)) {
    const doubtful = hasKeys(read) && !marksSections(bare) && !isTimed(bare);
    const remarks = doubtful ? [lyricsBeforeKeys(file, bare)] : [];
    if (!known.lyrics || known.lyrics === bare) return {path, metadata: {lyrics: bare}, remarks};
    const unused = `${file} has text without a key that is not used: caption and lyrics of the song are elsewhere`;
    return {
      path,
      metadata: {},
      remarks: [warning('dataset/text-unused', unused, 'Remove it, or the other lyrics.')],
    };
  }
  const taken = `${file} has no keys; ${shownStart(bare)} is taken as the caption, but ACE-Step and Side-Step would read it as lyrics`;
  const hint =
    'Say which: put `caption:` or `lyrics:` in front, or call the file NAME.caption.txt or NAME.lyrics.txt.';
  return {path, metadata: {caption: bare}, remarks: [warning('dataset/text-without-keys', taken, hint)]};
}

function lyricsBeforeKeys(file: string, bare: string): Remark {
  return warning(
    'dataset/text-without-keys',
    `${file}: ${shownStart(bare)} is before the first key and is taken for the lyrics`,
    'Put `lyrics:` in front of it, at the end of the file, or remove it.',
  );
}

function shownStart(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
