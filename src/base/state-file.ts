import {readFileSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {temporaryName} from './durable.js';
import {sha256} from './hash.js';
import type {Json} from './json.js';
import {makeFolder} from './make-folder.js';
import {removeFile} from './remove.js';
import {rename} from './rename.js';
import {isSystemError} from './system-error.js';
import {writeFile} from './write-file.js';

/**
 * Files that only save time: what was hashed, asked or worked out before. They carry a checksum, so that one that was cut
 * short, edited or hit by a bad disk counts as absent; and a place that cannot be written means doing the work again.
 */
const HEAD = '{"checksum":"';
const MIDDLE = '","state":';
const DIGITS = 64;

/** `value` as text that can tell whether it is still what was written. Valid JSON itself. */
export function sealed(value: unknown): string {
  const text = JSON.stringify(value);
  return `${HEAD}${sha256(text)}${MIDDLE}${text}}`;
}

/** What was sealed; undefined when the text is not that any more. */
export function unsealed(text: string): unknown {
  const start = HEAD.length + DIGITS + MIDDLE.length;
  const inner = text.slice(start, -1);
  if (!text.startsWith(HEAD) || text.slice(HEAD.length, HEAD.length + DIGITS) !== sha256(inner))
    return undefined;
  return JSON.parse(inner);
}

/** What `writeState` wrote; undefined when there is nothing of the kind. */
export function readState(path: string): unknown {
  const text = textIfReadable(path);
  return text === undefined ? undefined : unsealed(text);
}

/** Written aside and renamed, without a sync: losing it costs time only. Of two writers the last one wins. */
export async function writeState(path: string, value: unknown): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await makeFolder(dirname(path));
    await writeFile(temporary, sealed(value));
    await rename(temporary, path);
  } catch (error) {
    await removeFile(temporary).catch(() => {}); // a full or read-only disk: as if nothing had been known
    if (!isSystemError(error)) throw error;
  }
}

/** The text of a file of ours; undefined when there is none, or none that can be read. */
export function textIfReadable(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** The JSON of a small file that others may be writing; undefined when it is absent, half written or junk. */
export function jsonIfReadable(path: string): Json | undefined {
  const text = textIfReadable(path);
  return text === undefined ? undefined : jsonIn(text);
}

/** Undefined when the text is none. */
export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
