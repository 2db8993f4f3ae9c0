import {statSync} from 'node:fs';
import {fileLeaves} from '../plan/fingerprint-parts.js';
import type {Plan} from '../plan/plan.js';

/** What a pipeline is made from on disk. Absolute paths; a path that does not exist yet counts as a file. */
export interface WatchedPaths {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** The pipeline with its presets and settings, and every file and folder its stages name. */
export function watchedPaths(sources: readonly string[], plan: Plan): WatchedPaths {
  const named = plan.stages.flatMap(({configured, type}) =>
    fileLeaves(configured, type).map(({value}) => String(value)),
  );
  const all = [...new Set([...sources, ...named])];
  return {files: all.filter((path) => !isFolder(path)), folders: all.filter(isFolder)};
}

function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}
