import {existsSync} from 'node:fs';
import {rmdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError, writeDurably} from '../base/durable.js';
import type {ContentHash} from '../base/hash.js';
import {asWritten, isJsonObject, type Json} from '../base/json.js';
import {isPathWithin} from '../base/path-within.js';
import {removeFile} from '../base/remove.js';
import {readState, sealed} from '../base/state-file.js';
import {type FileHashes, hashOfFile} from '../cache/file-hashes.js';

/** Relative paths of the files that were put into a folder, with what they held. */
export type PublishedFiles = Readonly<Record<string, ContentHash>>;

/** By who published (pipeline, stage, output) and where: what is there because of it. */
export type PublishedRecord = Readonly<Record<string, PublishedFiles>>;

export interface Publisher {
  readonly pipeline: string;
  readonly stage: string;
  readonly output: string;
  /** Absolute folder. */
  readonly path: string;
}

const keyOf = ({pipeline, stage, output, path}: Publisher): string =>
  JSON.stringify([path, pipeline, stage, output]);

/** Follows an output's name where the files are not all there yet: a publication that was killed leaves such a key. */
const NEXT = ' (next ';

/** Of what is there, and of publications that did not come to their end. */
function keysOf(record: PublishedRecord, publisher: Publisher): string[] {
  const unfinished = keyOf({...publisher, output: `${publisher.output}${NEXT}`}).slice(0, -2); // without its quote and bracket
  return Object.keys(record).filter((key) => key === keyOf(publisher) || key.startsWith(unfinished));
}

/**
 * The record to be saved before these files are copied: whatever happens half-way, none of them is taken for somebody's edit.
 * What earlier publications did not finish stays known.
 */
export function intended(
  record: PublishedRecord,
  publisher: Publisher,
  files: PublishedFiles,
): PublishedRecord {
  const output = `${publisher.output}${NEXT}${keysOf(record, publisher).length})`;
  return {...record, [keyOf({...publisher, output})]: files};
}

/** A missing or damaged record is an empty one: then outdated files stay where they are. */
export function readPublished(path: string): PublishedRecord {
  const record = readState(path) as Json | undefined; // sealed: it names what was published, or nothing
  return isJsonObject(record) ? asWritten<PublishedRecord>(record) : {};
}

export async function savePublished(path: string, record: PublishedRecord): Promise<void> {
  await writeDurably(path, sealed(record));
}

/**
 * Removes what `publisher` put into its folder before and no longer has, so that a shorter run does not leave a longer one's
 * checkpoints behind. Files that were edited since, and files that another stage published, stay. Returns the new record.
 */
export async function replacePublished(
  record: PublishedRecord,
  publisher: Publisher,
  {files, hashes}: {readonly files: PublishedFiles; readonly hashes: FileHashes},
): Promise<PublishedRecord> {
  const own = keysOf(record, publisher);
  const others = Object.fromEntries(Object.entries(record).filter(([key]) => !own.includes(key)));
  const needed = new Set([...Object.keys(files), ...filesOfOthers(others, publisher.path)]);
  for (const [file, hash] of own.flatMap((key) => Object.entries(record[key]!))) {
    // The record may have come with somebody's project: it takes away only what a run can have put there.
    if (!needed.has(file) && isPathWithin(file)) await removeUnedited(publisher.path, {file, hash}, hashes);
  }
  return {...others, [keyOf(publisher)]: files};
}

/** Removes all that a pipeline, or an experiment with it, put anywhere, as far as no one edited it or published it as well. */
export async function unpublish(
  record: PublishedRecord,
  pipeline: string,
  hashes: FileHashes,
): Promise<{readonly record: PublishedRecord; readonly removed: readonly string[]}> {
  let left = record;
  const removed: string[] = [];
  for (const key of Object.keys(record)) {
    const [path, by, stage, output] = JSON.parse(key) as [string, string, string, string];
    if (by !== pipeline) continue;
    const files = Object.keys(record[key]!);
    const {[key]: _emptied, ...others} = await replacePublished(
      left,
      {path, pipeline, stage, output},
      {files: {}, hashes},
    );
    left = others;
    removed.push(...files.map((file) => join(path, file)).filter((file) => !existsSync(file)));
    await removeEmptied(dirname(path), path);
  }
  return {record: left, removed};
}

/** What was put into a folder, by each who did. */
export function publishedIn(record: PublishedRecord, path: string): PublishedFiles[] {
  return Object.entries(record)
    .filter(([key]) => key.startsWith(`[${JSON.stringify(path)},`))
    .map(([, files]) => files);
}

function filesOfOthers(others: PublishedRecord, path: string): string[] {
  return publishedIn(others, path).flatMap((files) => Object.keys(files));
}

async function removeUnedited(
  folder: string,
  {file, hash}: {readonly file: string; readonly hash: ContentHash},
  hashes: FileHashes,
): Promise<void> {
  const path = join(folder, file);
  try {
    if ((await hashOfFile(hashes, path)).hash !== hash) return;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return;
    throw error;
  }
  await removeFile(path);
  await removeEmptied(folder, dirname(path));
}

/** Folders below `top` that have just become empty. */
async function removeEmptied(top: string, folder: string): Promise<void> {
  if (!folder.startsWith(`${top}/`)) return;
  try {
    await rmdir(folder);
  } catch (error) {
    if (isFileError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return;
    throw error;
  }
  await removeEmptied(top, dirname(folder));
}
