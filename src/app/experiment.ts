import {resolve} from 'node:path';
import {ok, type Result} from '../base/result.js';
import {checkExperimentName, nameOfDifferences} from '../config/experiment.js';
import type {Experiment} from '../config/pipeline.js';
import {readExperiment} from '../record/experiments.js';
import {experimentDir, type Project} from '../run/project.js';
import type {Terminal} from './terminal.js';

export const NAME_HELP =
  'run as an experiment of this name: results beside the others, lock file untouched; known names bring their --set along';

/** What the command line says of an experiment. */
export interface ExperimentOptions {
  readonly file: string;
  readonly overrides: readonly string[];
  readonly name?: string | undefined;
}

/**
 * The experiment that a command means: the file itself without `--set` and `--name`; a remembered one by its name alone; else
 * one that is named, or gets its name from what differs. Problem: `usage/experiment-name`.
 */
export function experimentOf(
  {cwd}: Pick<Terminal, 'cwd'>,
  {file, overrides, name}: ExperimentOptions,
  project: Project,
): Result<Experiment | undefined> {
  if (name === undefined)
    return ok(overrides.length === 0 ? undefined : {name: nameOfDifferences(overrides), set: overrides});
  const checked = checkExperimentName(name);
  if (!checked.ok) return checked;
  if (overrides.length > 0) return ok({name, set: overrides});
  const known = readExperiment(experimentDir(project, resolve(cwd, file), name));
  return ok({name, set: known?.set ?? []});
}
