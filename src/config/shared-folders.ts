import type {Problem} from '../base/problem.js';
import {stageTypes} from '../stage/registry.js';
import type {ConfiguredStage} from './pipeline.js';

/** Pure: combinations of a matrix that publish to one folder, where each replaces what the one before has left. */
export function sharedFolders(stages: readonly ConfiguredStage[]): Problem[] {
  const writers = new Map<string, Writers>();
  for (const stage of stages) {
    for (const {param} of stageTypes.get(stage.uses)?.publishes ?? []) {
      const folder = stage.params[param];
      if (typeof folder !== 'string') continue;
      const key = JSON.stringify([stage.declared_as, param, folder]);
      const {same} = writers.get(key) ?? {same: []};
      writers.set(key, {param, folder, same: [...same, stage]});
    }
  }
  return [...writers.values()].filter(({same}) => same.length > 1).map(shared);
}

interface Writers {
  readonly param: string;
  readonly folder: string;
  readonly same: readonly ConfiguredStage[];
}

function shared({param, folder, same}: Writers): Problem {
  const {declared_as: name, matrix, positions, position} = same[0]!;
  const key = Object.keys(matrix ?? {})[0] ?? 'NAME';
  return {
    code: 'config/combinations-share-folder',
    message: `${same.length} combinations of ${name} write to ${folder}: each replaces what the one before has left`,
    position: positions[param] ?? position,
    hint: `Say in the path what tells them apart, as \${matrix.${key}}. All their results are in the cache.`,
  };
}
