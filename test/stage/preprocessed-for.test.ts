import {describe, expect, test} from 'vitest';
import {variantMisfits} from '../../src/stage/preprocessed-for.js';
import {stageTypes} from '../../src/stage/registry.js';

const turbo = {name: 'acestep-v15-turbo', base: 'turbo', size: '2b'};

function misfits(model_variant: unknown, model: object = turbo) {
  const known = {
    json: {model: {...model}},
    stages: {},
    files: {tensors: {model_variant: model_variant as string, total: 3}},
  };
  return variantMisfits(['tensors', 'validation.tensors'], known);
}

describe('samples of a folder fit', () => {
  test.each([
    ['the model itself', 'turbo', turbo],
    ['its folder', 'acestep-v15-turbo', turbo],
    ['what a fine-tune descends from', 'turbo', {...turbo, name: 'night-turbo-v2'}],
    ['an XL model', 'xl-base', {name: 'acestep-v15-xl-base', base: 'base', size: 'xl'}],
    ['a model of somebody, whose name says nothing', 'night', turbo],
    ['one that is not said', '', turbo],
    ['a number in its place', 3, turbo],
  ])('%s', (_name, variant, model) => {
    expect(misfits(variant, model)).toEqual([]);
  });
});

describe('samples of a folder are refused for', () => {
  test.each([
    ['another model', 'base', turbo],
    ['the smaller one', 'base', {name: 'acestep-v15-xl-base', base: 'base', size: 'xl'}],
    ['the larger one', 'xl-turbo', turbo],
    ['another model than a fine-tune descends from', 'sft', {...turbo, name: 'night'}],
  ])('%s', (_name, variant, model) => {
    expect(misfits(variant, model)).toMatchObject([
      {param: 'tensors', problem: {code: 'train/other-variant', message: expect.stringContaining(variant)}},
    ]);
  });
});

test('a model that no one looked at says nothing', () => {
  const files = {tensors: {model_variant: 'base'}};
  expect(variantMisfits(['tensors'], {json: {}, stages: {}, files})).toEqual([]);
});

test('train and estimate look into the folder', () => {
  for (const name of ['train', 'estimate']) {
    const type = stageTypes.get(name)!;
    expect(type.files.find(({param}) => param === 'tensors')?.json).toBe('preprocess_meta.json');
    const known = {json: {model: turbo}, stages: {}, files: {tensors: {model_variant: 'base'}}};
    expect(type.check!({}, known)).toMatchObject([{param: 'tensors'}]);
  }
});
