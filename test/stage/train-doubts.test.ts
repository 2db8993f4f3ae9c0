import {expect, test} from 'vitest';
import type {ParamObject} from '../../src/stage/param.js';
import {trainDoubts} from '../../src/stage/train-doubts.js';

const cases: readonly {name: string; params: ParamObject; codes: readonly string[]}[] = [
  {
    name: 'Prodigy with a rate of its own',
    params: {optimizer: {type: 'prodigy', learning_rate: 0.01}},
    codes: ['train/prodigy-rate'],
  },
  {name: 'Prodigy at 1', params: {optimizer: {type: 'prodigy', learning_rate: 1}}, codes: []},
  {name: 'Prodigy without one', params: {optimizer: {type: 'prodigy'}}, codes: []},
  {name: 'another optimizer', params: {optimizer: {type: 'adamw', learning_rate: 0.01}}, codes: []},
  {name: 'short pieces', params: {crop: {chunk_duration: 20}}, codes: ['train/short-crop']},
  {name: 'a minute', params: {crop: {chunk_duration: 60}}, codes: []},
  {name: 'whole songs', params: {crop: {chunk_duration: 0}}, codes: []},
  {
    name: 'a number of frames that decides',
    params: {crop: {chunk_duration: 20, max_latent_length: 3000}},
    codes: [],
  },
  {name: 'much dropout', params: {adapter: {dropout: 0.9}}, codes: ['train/much-dropout']},
  {name: 'half', params: {adapter: {dropout: 0.5}}, codes: []},
];

test.each(cases)('$name: $codes', ({params, codes}) => {
  expect(trainDoubts(params).map(({code}) => code)).toEqual(codes);
});
