import {join} from 'node:path';
import {writeDurably} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {readIfThere} from '../base/if-there.js';
import {asWritten, isJsonObject, type Json} from '../base/json.js';
import {jsonIfReadable} from '../base/state-file.js';

/** What is remembered of an experiment, in `.sidestep/experiments/…/experiment.json`, so that it can be run again by name. */
export interface ExperimentRecord {
  readonly name: string;
  /** Absolute path of the pipeline. */
  readonly file: string;
  /** `path=value`, as on the command line. */
  readonly set: readonly string[];
}

const NAME = 'experiment.json';

export async function writeExperiment(folder: string, record: ExperimentRecord): Promise<void> {
  const text = `${JSON.stringify(record, undefined, 1)}\n`;
  if (readIfThere(join(folder, NAME)) !== text) await writeDurably(join(folder, NAME), text);
}

/** Undefined when there is none, or none that can be read. */
export function readExperiment(folder: string): ExperimentRecord | undefined {
  const value = jsonIfReadable(join(folder, NAME));
  const whole = isJsonObject(value) && typeof value.name === 'string' && Array.isArray(value.set);
  return whole ? asWritten<ExperimentRecord>(value as Json) : undefined;
}

export async function listExperiments(
  stateDir: string,
): Promise<(ExperimentRecord & {readonly folder: string})[]> {
  const experiments = join(stateDir, 'experiments');
  return namesIn(experiments)
    .sort()
    .flatMap((name) => {
      const folder = join(experiments, name);
      const record = readExperiment(folder);
      return record === undefined ? [] : [{...record, folder}];
    });
}
