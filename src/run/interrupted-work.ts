import {dirname} from 'node:path';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import {partialsOf} from '../cache/partial.js';
import type {Pipeline} from '../config/pipeline.js';
import type {InterruptedWork} from '../plan/world.js';
import {readExperiment} from '../record/experiments.js';
import {lockFilePath} from '../record/lock-file.js';
import {lockPath, type Project} from './project.js';

/** What attempts at stages of this file saved and nothing finished since, as `World.interrupted` has it. */
export function interruptedWork(
  cache: Cache,
  project: Project,
  pipeline: Pick<Pipeline, 'file' | 'experiment'>,
): (stage: StageId) => readonly InterruptedWork[] {
  const own = lockPath(project, pipeline);
  const ofWhom = (lock_file: string): InterruptedWork['of'] => {
    if (lock_file === own) return {kind: 'this'};
    if (lock_file === lockFilePath(pipeline.file)) return {kind: 'file'};
    const name = readExperiment(dirname(lock_file))?.name;
    return name === undefined ? {kind: 'this'} : {kind: 'experiment', name};
  };
  return (stage) => {
    const left = partialsOf(cache, {pipeline_file: pipeline.file, stage})
      .filter((work) => work.written_by === undefined && lookUp(cache, work.fingerprint).kind !== 'present')
      .map(({fingerprint, about, lock_file}) => ({fingerprint, about, of: ofWhom(lock_file)}));
    const ours = left.filter(({of}) => of.kind === 'this');
    return [...ours, ...left.filter((work) => !ours.includes(work))];
  };
}
