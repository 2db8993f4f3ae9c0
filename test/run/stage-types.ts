import type {Json, JsonObject} from '../../src/base/json.js';
import {collectionIdentity} from '../../src/stage/sample-parts.js';
import type {StageType} from '../../src/stage/stage-type.js';

/** Stage types that compute little and can be told to misbehave; their workers are in worker-main.mjs. */
const common = {
  version: 1,
  schema: '',
  summary: '',
  numerics: 'none',
  neutral: [],
  files: [],
  inputs: [],
} as const;

/** Light: adds up its inputs and a number, then divides without rest, so that different inputs may give one output. */
const sum: StageType = {
  ...common,
  name: 'test.sum',
  runs: 'light',
  neutral: ['note'],
  inputs: [{param: 'of.*'}],
  outputs: () => [{name: 'sum', kind: 'json', file: 'sum.json'}],
};

/** Worker: behaves as its parameter `does` says. */
const worker: StageType = {
  ...common,
  name: 'test.worker',
  runs: 'worker',
  outputs: () => [{name: 'out', kind: 'file', file: 'out.txt'}],
};

/** Worker: counts to `epochs`, saving its state at every one; waits at `hold_at` to be stopped; continues from what was saved. */
const count: StageType = {
  ...common,
  name: 'test.count',
  runs: 'worker',
  neutral: ['pause_ms', 'hold_at', 'flag'],
  inputs: [{param: 'reads'}],
  extends: {
    params: ['epochs'],
    growing: [],
    wish: () => 'exact',
    standing: ({about}) => `epoch ${about.epoch}`,
    from: (params, {about}) =>
      Number(about.epoch) <= Number(params.epochs)
        ? {kind: 'exactly', progress: Number(about.epoch)}
        : {kind: 'not_exactly', because: 'it counted further'},
  },
  outputs: () => [{name: 'out', kind: 'file', file: 'out.txt'}],
};

/** Per sample: `songs` is an object of name to text; the part `upper` depends on the text, `length` on its length. */
const samples: StageType = {
  ...common,
  name: 'test.samples',
  runs: 'worker',
  neutral: ['pause_ms', 'die_after', 'log', 'hold', 'hold_after', 'wait_odd'],
  outputs: () => [{name: 'samples', kind: 'json', file: 'samples.json', identity: collectionIdentity}],
  samples: {
    over: 'songs',
    plan: (params) =>
      Object.entries(params.songs as JsonObject).map(([sample, text]) => ({
        sample,
        parts: [
          {part: 'upper', depends_on: {text: text as Json}, work: {text: text as Json}},
          {part: 'length', depends_on: {length: String(text).length}, work: {text: text as Json}},
        ],
        carried: {},
        about: {length: String(text).length},
      })),
  },
};

export const testTypes: ReadonlyMap<string, StageType> = new Map(
  [sum, worker, count, samples].map((type) => [type.name, type]),
);
