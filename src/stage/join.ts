import {datasetIdentity, songSources} from './dataset.js';
import {joinFaults} from './joined.js';
import type {StageType} from './stage-type.js';

/** One dataset of several; its result is a `dataset.json` again. */
export const join: StageType = {
  name: 'join',
  version: 1,
  schema: 'stage.join.schema.json',
  summary: 'Make one dataset of several, with repeats or shares',
  runs: 'light',
  foresees: true,
  numerics: 'none',
  neutral: [],
  derive: (params) => ({params, faults: joinFaults(params, 'datasets')}),
  files: [],
  // Its result names songs and where they are.
  inputs: [{param: 'datasets', from: songSources, reads: (value) => value}],
  outputs: () => [{name: 'dataset', kind: 'json', file: 'dataset.json', identity: datasetIdentity}],
};
