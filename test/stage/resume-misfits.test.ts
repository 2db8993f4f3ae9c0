import {describe, expect, test} from 'vitest';
import type {Json} from '../../src/base/json.js';
import type {ParamObject} from '../../src/stage/param.js';
import {resumeMisfits} from '../../src/stage/resume-misfits.js';

const lora = {type: 'lora', rank: 8, alpha: 16, rank_pattern: {}};
const settings: ParamObject = {
  adapter: lora,
  epochs: 100,
  checkpoint: {every_epochs: 10, every_steps: 0, every_minutes: 0, keep_last: 0},
  early_stop: {patience: 0},
  validation: {fraction: 0},
  optimizer: {type: 'adamw', learning_rate: 1e-4},
  resume: 'exact',
};

function ofFile(file: Json, adapter: ParamObject = lora) {
  return resumeMisfits({...settings, adapter}, {json: {}, stages: {}, files: {resume_from: file}});
}

function ofStage(before: ParamObject, now: ParamObject = {}) {
  const stage = {
    uses: 'train',
    params: {...settings, ...before},
    json: () => undefined,
    stage: () => undefined,
  };
  return resumeMisfits({...settings, ...now}, {json: {}, stages: {resume_from: stage}, files: {}});
}

describe('weights that fit', () => {
  test.each([
    ['our own', {params: {adapter: {...lora}}}],
    ["PEFT's", {peft_type: 'LORA', r: 8}],
    [
      "PEFT's with ranks by module, of which only its file tells",
      {peft_type: 'LORA', r: 4, rank_pattern: {q_proj: 8}},
    ],
    ['a file that says nothing', {bits: 3}],
  ] as [string, Json][])('%s', (_name, file) => {
    expect(ofFile(file)).toEqual([]);
  });
});

describe('weights of another kind are refused at once', () => {
  test.each([
    [
      'our own of another type',
      {params: {adapter: {...lora, type: 'lokr'}}},
      /has type lokr, this run's lora/,
    ],
    ['of another rank', {params: {adapter: {...lora, rank: 64}}}, /has rank 64, this run's 8/],
    ["PEFT's DoRA", {peft_type: 'LORA', use_dora: true, r: 8}, /has type dora/],
    ["PEFT's rank", {peft_type: 'LORA', r: 4}, /has rank 4, this run's 8/],
  ] as [string, Json, RegExp][])('%s', (_name, file, says) => {
    expect(ofFile(file)).toMatchObject([
      {param: 'resume_from', problem: {code: 'train/adapter-differs', message: expect.stringMatching(says)}},
    ]);
  });
});

describe('another train stage', () => {
  const other = {optimizer: {type: 'adamw', learning_rate: 5e-4}};

  test.each([
    ['the same, longer', {}, {epochs: 200}],
    ['other settings, as a fork', other, {resume: 'fork'}],
    ['other settings, and no checkpoint to go on from', {...other, epochs: 5}, {}],
  ] as [string, ParamObject, ParamObject][])('%s is fine', (_name, before, now) => {
    expect(ofStage(before, now)).toEqual([]);
  });

  test.each([
    ['another kind', {adapter: {...lora, type: 'loha'}}, 'train/adapter-differs'],
    ['other settings', other, 'train/resume-differs'],
  ] as [string, ParamObject, string][])('%s is refused before either is trained', (_name, before, code) => {
    expect(ofStage(before)).toMatchObject([{param: 'resume_from', problem: {code}}]);
  });
});

describe('a state in a folder', () => {
  const other = {...settings, optimizer: {type: 'adamw', learning_rate: 5e-4}};
  const of = (names: readonly string[], now: ParamObject = {}) =>
    resumeMisfits(
      {...settings, ...now},
      {json: {}, stages: {}, files: {resume_from: {params: other as Json}}, names: {resume_from: names}},
    );

  test.each([['training_state.safetensors'], ['checkpoints/epoch_5/training_state.safetensors']])(
    'of other settings is refused before it is opened: %s',
    (name) => {
      expect(of(['sidestep.json', name])).toMatchObject([
        {
          param: 'resume_from',
          problem: {
            code: 'train/resume-differs',
            message: expect.stringContaining('optimizer.learning_rate 0.0005 → 0.0001'),
          },
        },
      ]);
    },
  );

  test('as a fork, or weights without a state, it is fine', () => {
    expect(of(['training_state.safetensors'], {resume: 'fork'})).toEqual([]);
    expect(of(['sidestep.json', 'adapter_model.safetensors', 'best/training_state.safetensors'])).toEqual([]);
  });
});
