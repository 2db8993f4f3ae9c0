import {readFileSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {namesIn} from '../base/folder.js';
import {isFolderSync} from '../base/if-there.js';
import type {Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {toPlain} from '../format/json.js';
import {parseUserJson} from '../format/user-json.js';
import {decodeText} from '../format/user-text.js';
import type {FileParam} from '../stage/stage-type.js';

/** A path that a user's file names, and what is there. */
export interface MentionedFile {
  /** As it is written. */
  readonly name: string;
  readonly path: string;
  /** Absolute paths of what is there under that name, or under one that differs only in case or Unicode form. */
  readonly there: readonly string[];
}

/**
 * The files that the JSON file `path` names. A file that cannot be parsed names none: the stage itself says why.
 * Throws the system's error when it cannot be read.
 */
export function mentionedFiles(path: string, mentions: NonNullable<FileParam['mentions']>): MentionedFile[] {
  const folders = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return mentions(userJsonIn(path)).map((name) => {
    const mentioned = resolve(dirname(path), name);
    const folder = dirname(mentioned);
    const known = folders.get(folder) ?? namesByFold(folder);
    folders.set(folder, known);
    const there = known.get(folded(basename(mentioned))) ?? [];
    return {name, path: mentioned, there: there.map((found) => join(folder, found))};
  });
}

/** Null for what is no JSON: the stage itself says why. Throws the system's error when it cannot be read. */
export function userJsonIn(path: string): Json {
  try {
    return toPlain(parseUserJson(decodeText(readFileSync(path), path), path)) as Json;
  } catch (error) {
    if (error instanceof SidestepError) return null;
    throw error;
  }
}

function namesByFold(folder: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const name of isFolderSync(folder) ? namesIn(folder) : [])
    names.set(folded(name), [...(names.get(folded(name)) ?? []), name]);
  return names;
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
