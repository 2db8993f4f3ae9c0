import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {followLinks} from '../base/follow-links.js';
import {isFolderSync} from '../base/if-there.js';
import {isSystemError} from '../base/system-error.js';
import {fileLeaves, matchesAny} from '../plan/fingerprint-parts.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {mentionedFiles} from '../run/mentioned-files.js';
import {countsInFolder} from '../run/observe-files.js';
import type {FileParam} from '../stage/stage-type.js';

/** What a pipeline is made from on disk. Absolute paths without symbolic links; one that does not exist yet is a file. */
export interface WatchedPaths {
  readonly files: readonly string[];
  /** With all that counts below them. */
  readonly folders: readonly string[];
  /** Symbolic links on the way to files and folders, and within folders: pointed elsewhere, they change what is there. */
  readonly links: readonly string[];
}

/** Every file and folder that the stages name, with the files that those name: what planning looks at. */
export function namedPaths(plan: Plan): string[] {
  return plan.stages.flatMap(pathsOf);
}

/** Resolves links as they are now. What is named is watched, and so is everything that decides where a name leads. */
export function watchedPaths(named: readonly string[]): WatchedPaths {
  const found = {files: new Set<string>(), folders: new Set<string>(), links: new Set<string>()};
  for (const path of named) add(path, found);
  return {files: [...found.files], folders: [...found.folders], links: [...found.links]};
}

function pathsOf({configured, type}: PlannedStage): string[] {
  return fileLeaves(configured, type).flatMap(({path, value}) => {
    const named = String(value);
    const mentions = type.files.find(({param}) => matchesAny(path, [param]))?.mentions;
    return mentions === undefined ? [named] : [named, ...mentioned(named, mentions)];
  });
}

function mentioned(file: string, mentions: NonNullable<FileParam['mentions']>): string[] {
  try {
    return mentionedFiles(file, mentions).flatMap(({path, there}) => [path, ...there]);
  } catch (error) {
    if (isSystemError(error)) return []; // not there or not readable: planning says so
    throw error;
  }
}

interface Found {
  readonly files: Set<string>;
  readonly folders: Set<string>;
  readonly links: Set<string>;
}

function add(path: string, found: Found): void {
  const {real, links} = followLinks(path);
  for (const link of links) found.links.add(link);
  if (!isFolderSync(real)) found.files.add(real);
  else if (!found.folders.has(real)) {
    found.folders.add(real);
    addLinksWithin(real, found);
  }
}

/** Links inside a folder are followed by planning too; where they lead is watched like what is named. */
function addLinksWithin(folder: string, found: Found): void {
  for (const entry of entriesOf(folder)) {
    if (!countsInFolder(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) add(path, found);
    else if (entry.isDirectory()) addLinksWithin(path, found);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, {withFileTypes: true});
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO', 'ESTALE')) return []; // planning says so
    throw error;
  }
}
