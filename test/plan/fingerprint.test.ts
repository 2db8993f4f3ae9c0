import {describe, expect, test} from 'vitest';
import {type ContentHash, contentHash, type Fingerprint} from '../../src/base/hash.js';
import {stageId} from '../../src/base/stage-id.js';
import type {ConfiguredStage} from '../../src/config/pipeline.js';
import {orderStages} from '../../src/plan/dag.js';
import {
  fingerprintOfParts,
  gatherParts,
  portableFingerprint,
  resumeGroupOf,
} from '../../src/plan/fingerprint-parts.js';
import type {FingerprintParts} from '../../src/plan/plan.js';
import {forecastSamples} from '../../src/plan/sample-forecast.js';
import {fileKey, type NumericIdentity, type World} from '../../src/plan/world.js';
import type {StageType} from '../../src/stage/stage-type.js';
import {trainExtension} from '../../src/stage/train-extension.js';
import {pipelineOf, type StageSketch} from '../run/rig.js';
import {testTypes} from '../run/stage-types.js';

/** A stage that computes with the engine; what a case does not change is this. */
const type: StageType = {...testTypes.get('test.samples')!, numerics: 'engine', neutral: ['log']};
const identity: NumericIdentity = {backend: 'cuda', precision: 'bf16', numerics_version: 1};
const songs = {'a.wav': 'one'};

interface Change {
  readonly type?: Partial<StageType>;
  readonly stage?: Partial<StageSketch>;
  readonly params?: ConfiguredStage['params'];
  readonly identity?: Partial<NumericIdentity>;
  readonly device?: string;
  readonly id?: string;
}

function partsOf(change: Change = {}): FingerprintParts {
  const params = {songs, log: '/tmp/log', ...change.params};
  const pipeline = pipelineOf('/p', {[change.id ?? 's']: {...change.stage, uses: 'test.samples', params}});
  const order = orderStages(pipeline.stages);
  const world = {
    files: new Map(),
    numerics: () => ({
      kind: 'known',
      identity: {...identity, ...change.identity},
      device: change.device ?? 'cuda:0',
    }),
  } as unknown as World;
  return gatherParts(order[0]!, {...type, ...change.type}, new Map(), world).parts;
}

describe('the fingerprint of a stage', () => {
  const cases: readonly {readonly name: string; readonly change: Change; readonly same: boolean}[] = [
    {name: 'another version of its type changes it', change: {type: {version: 2}}, same: false},
    {name: 'another type changes it', change: {type: {name: 'test.other'}}, same: false},
    {name: 'another backend changes it', change: {identity: {backend: 'cpu'}}, same: false},
    {name: 'another precision changes it', change: {identity: {precision: 'f32'}}, same: false},
    {
      name: 'another version of the numerics changes it',
      change: {identity: {numerics_version: 2}},
      same: false,
    },
    {name: 'a parameter that counts changes it', change: {params: {songs: {'a.wav': 'two'}}}, same: false},
    {name: 'leaving failing samples out changes it', change: {stage: {on_error: 'skip'}}, same: false},
    {name: 'where it writes its log stays out', change: {params: {log: '/elsewhere'}}, same: true},
    {name: 'which of several devices stays out', change: {device: 'cuda:1'}, same: true},
    {
      name: 'threads stay out',
      change: {stage: {resources: {device: 'auto', precision: 'auto', threads: 3}}},
      same: true,
    },
    {name: 'retries and timeouts stay out', change: {stage: {retries: 3, timeout_s: 5}}, same: true},
    {name: 'its own name stays out', change: {id: 'renamed'}, same: true},
  ];
  test.each(cases)('$name', ({change, same}) => {
    expect(fingerprintOfParts(partsOf(change)) === fingerprintOfParts(partsOf())).toBe(same);
  });
});

test.each([
  {name: 'content', seen: {content: contentHash('other'), place: contentHash('here')}},
  {name: 'place', seen: {content: contentHash('song'), place: contentHash('there')}},
])('the $name of a file changes it', ({seen}) => {
  const named: StageType = {
    ...type,
    files: [{param: 'audio_dir', kind: 'folder', identity: 'content_and_path'}],
  };
  const partsSeeing = (file: {content: ContentHash; place: ContentHash}) => {
    const pipeline = pipelineOf('/p', {s: {uses: 'test.samples', params: {audio_dir: '/songs'}}});
    const order = orderStages(pipeline.stages);
    const world = {
      files: new Map([[fileKey(stageId('s'), 'audio_dir'), {kind: 'found', listing: {}, ...file}]]),
      numerics: () => ({kind: 'known', identity, device: 'cpu'}),
    } as unknown as World;
    return gatherParts(order[0]!, named, new Map(), world).parts;
  };
  const before = partsSeeing({content: contentHash('song'), place: contentHash('here')});
  expect(fingerprintOfParts(partsSeeing(seen))).not.toBe(fingerprintOfParts(before));
});

describe('the fingerprint of one part of one sample', () => {
  const partsWith = (change: Change): readonly Fingerprint[] => {
    const parts = partsOf(change);
    const [configured] = pipelineOf('/p', {
      s: {uses: 'test.samples', params: {songs, ...change.params}},
    }).stages;
    const stage = {
      configured: configured!,
      references: {},
      type: {...type, ...change.type, samples: type.samples!},
    };
    const cache = {entry: () => ({kind: 'absent'})} as unknown as World['cache'];
    return forecastSamples(stage, parts, new Map(), cache).flatMap((sample) =>
      sample.parts.map(({fingerprint}) => fingerprint),
    );
  };
  const cases: readonly {
    readonly name: string;
    readonly change: Change;
    readonly same: readonly boolean[];
  }[] = [
    {name: 'another version changes all', change: {type: {version: 2}}, same: [false, false]},
    {name: 'another backend changes all', change: {identity: {backend: 'cpu'}}, same: [false, false]},
    {
      name: 'what one part depends on changes that one',
      change: {params: {songs: {'a.wav': 'two'}}},
      same: [false, true],
    },
    {
      name: "a sample's name stays out",
      change: {params: {songs: {'b.wav': 'one'}}},
      same: [true, true],
    },
    {name: 'other parameters of the stage stay out', change: {params: {other: 1}}, same: [true, true]},
    {name: 'leaving failing samples out stays out', change: {stage: {on_error: 'skip'}}, same: [true, true]},
  ];
  test.each(cases)('$name', ({change, same}) => {
    const before = partsWith({});
    expect(partsWith(change).map((fingerprint, index) => fingerprint === before[index])).toEqual(same);
  });
});

test('what the lock file holds is the same wherever the files are', () => {
  const parts = partsOf();
  const here = {...parts, places: {audio_dir: contentHash('/here')}};
  const there = {...parts, places: {audio_dir: contentHash('/there')}};
  expect(fingerprintOfParts(here)).not.toBe(fingerprintOfParts(there));
  expect(portableFingerprint(here)).toBe(portableFingerprint(there));
});

describe('what is continued', () => {
  const growing: StageType = {...type, extends: {...trainExtension, params: ['epochs']}};
  const groupOf = (params: ConfiguredStage['params']) =>
    resumeGroupOf(partsOf({params, type: growing}), growing);
  test('a longer run finds what a shorter one saved', () => {
    expect(groupOf({epochs: 2})).toBe(groupOf({epochs: 9}));
  });
  test('a run with another parameter does not', () => {
    expect(groupOf({epochs: 2, rate: 2})).not.toBe(groupOf({epochs: 2}));
  });
});
