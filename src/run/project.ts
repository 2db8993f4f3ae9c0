import {join} from 'node:path';
import {sha256} from '../base/hash.js';

/** Where one project keeps what sidestep leaves; all paths absolute. The command line decides them. */
export interface Project {
  /** `.sidestep/` beside the pipeline: run records, memory, file hashes. */
  readonly state_dir: string;
  /** The cache's root, by default `.sidestep/cache`; may be shared between projects. */
  readonly cache_dir: string;
}

export function runsDir(project: Project): string {
  return join(project.state_dir, 'runs');
}

export function fileHashesPath(project: Project): string {
  return join(project.state_dir, 'file-hashes.json');
}

/** Several pipelines may lie in one folder. */
export function memoryPath(project: Project, pipelineFile: string): string {
  return join(project.state_dir, 'last', `${sha256(pipelineFile).slice(0, 16)}.json`);
}

/** What lies in the folders that stages publish to because of this project. */
export function publishedPath(project: Project): string {
  return join(project.state_dir, 'published.json');
}

/** What stages will take, as far as it was worked out before. */
export function forecastsPath(project: Project): string {
  return join(project.state_dir, 'forecasts.json');
}

export function devicesPath(project: Project): string {
  return join(project.state_dir, 'devices.json');
}
