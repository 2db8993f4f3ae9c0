import {existsSync} from 'node:fs';
import {access, constants} from 'node:fs/promises';
import {join} from 'node:path';
import {placeProblem} from '../base/accident.js';
import {writeDurably} from '../base/durable.js';
import {sha256} from '../base/hash.js';
import {makeFolder} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import type {Pipeline} from '../config/pipeline.js';
import {lockFilePath} from '../record/lock-file.js';

/** Where one project keeps what sidestep leaves; all paths absolute. The command line decides them. */
export interface Project {
  /** `.sidestep/` beside the pipeline: run records, memory, file hashes. */
  readonly state_dir: string;
  /** The cache's root, by default `.sidestep/cache`; may be shared between projects. */
  readonly cache_dir: string;
}

/** No one should find run records, with paths of this machine, among the files to commit. */
export async function ignoreItself({state_dir}: Project): Promise<void> {
  const path = join(state_dir, '.gitignore');
  if (existsSync(path)) return;
  await writeDurably(path, '*\n').catch((error: unknown) => {
    if (!isSystemError(error)) throw error; // what cannot be written is said by what needs the place
  });
}

/** Everything of one experiment but its runs. */
export function experimentDir(project: Project, pipelineFile: string, name: string): string {
  return join(project.state_dir, 'experiments', `${sha256(pipelineFile).slice(0, 8)}-${name}`);
}

/** The committed lock file beside the pipeline; an experiment's own, which no one commits. */
export function lockPath(
  project: Project,
  {file, experiment}: Pick<Pipeline, 'file' | 'experiment'>,
): string {
  if (experiment === undefined) return lockFilePath(file);
  return join(experimentDir(project, file, experiment.name), 'lock.yaml');
}

export function runsDir(project: Project): string {
  return join(project.state_dir, 'runs');
}

export function fileHashesPath(project: Project): string {
  return join(project.state_dir, 'file-hashes.json');
}

/** Several pipelines may be in one folder. */
export function memoryPath(
  project: Project,
  {file, experiment}: Pick<Pipeline, 'file' | 'experiment'>,
): string {
  if (experiment !== undefined) return join(experimentDir(project, file, experiment.name), 'last.json');
  return join(project.state_dir, 'last', `${sha256(file).slice(0, 16)}.json`);
}

/** What is in the folders that stages publish to because of this project. */
export function publishedPath(project: Project): string {
  return join(project.state_dir, 'published.json');
}

/** What stages will take, as far as it was worked out before. */
export function forecastsPath(project: Project): string {
  return join(project.state_dir, 'forecasts.json');
}

/** Learning rates of trainings, as far as the engine was asked for them before. */
export function ratesPath(project: Project): string {
  return join(project.state_dir, 'rates.json');
}

export function devicesPath(project: Project): string {
  return join(project.state_dir, 'devices.json');
}

/** Before anything is computed: a run that could not keep its records would lose its lock file. Throws `run/not-writable`. */
export async function requireWritable(stateDir: string): Promise<void> {
  try {
    await makeFolder(stateDir);
    await access(stateDir, constants.W_OK);
  } catch (error) {
    const reason = placeProblem(error);
    if (reason === undefined) throw error;
    throw new SidestepError(
      {
        code: 'run/not-writable',
        message: `${stateDir}, where runs are recorded, cannot be written: ${reason}`,
        hint: 'Make it writable, or copy the project to a place that is. `sidestep plan`, `status` and `why` need no such place.',
      },
      {cause: error},
    );
  }
}
