import {statSync} from 'node:fs';
import type {Fingerprint} from '../../base/hash.js';
import {own} from '../../base/json.js';
import type {StageId} from '../../base/stage-id.js';
import type {Pipeline} from '../../config/pipeline.js';
import {listExperiments} from '../../record/experiments.js';
import {readLastRun} from '../../record/last-run.js';
import {memoryPath, type Project} from '../project.js';

/** What the newest experiment with a pipeline made of a stage: its pace is the file's, too, where that never ran itself. */
export async function madeInExperiments(
  project: Project,
  {file}: Pick<Pipeline, 'file'>,
): Promise<(stage: StageId) => Fingerprint | undefined> {
  const all = (await listExperiments(project.state_dir)).filter((experiment) => experiment.file === file);
  const memories = all
    .map((experiment) => memoryPath(project, {file, experiment}))
    .map((path) => ({path, at: statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0}))
    .sort((a, b) => b.at - a.at)
    .map(({path}) => readLastRun(path));
  return (stage) => memories.flatMap(({stages}) => own(stages, stage)?.fingerprint ?? [])[0];
}
