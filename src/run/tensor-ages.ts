import type {Problem} from '../base/problem.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {ageOfTensors} from '../dataset/tensors-age.js';
import {fileLeaves} from '../plan/fingerprint-parts.js';
import {pathMatches} from '../stage/param.js';
import type {StageType} from '../stage/stage-type.js';

/** Folders of tensors that are older than their songs: said before anything runs. What cannot be read, their stage says. */
export async function outdatedTensors(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
): Promise<Problem[]> {
  const warnings: Problem[] = [];
  for (const stage of stages) {
    const type = types.get(stage.uses);
    if (type === undefined) continue;
    const holding = type.files.filter(({shapes}) => shapes !== undefined);
    for (const {path, value} of fileLeaves(stage, type)) {
      if (!holding.some(({param}) => pathMatches(path, param))) continue;
      const position = stage.positions[path] ?? stage.position;
      for (const problem of await agesOrNothing(String(value))) warnings.push({...problem, position});
    }
  }
  return warnings;
}

async function agesOrNothing(folder: string): Promise<Problem[]> {
  try {
    return await ageOfTensors(folder, 'times');
  } catch (error) {
    if (error instanceof SidestepError || isSystemError(error)) return [];
    throw error;
  }
}
