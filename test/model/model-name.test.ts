import {expect, test} from 'vitest';
import {modelNamed, nearModels, searchModels} from '../../src/model/model-name.js';

const names = [
  'acestep-v15-base',
  'acestep-v15-turbo',
  'acestep-v15-xl-turbo',
  'my-blues_tune',
  'turbo-jazz',
];

test.each([
  {query: 'turbo', found: 'acestep-v15-turbo'},
  {query: 'xl-turbo', found: 'acestep-v15-xl-turbo'},
  {query: 'acestep-v15-base', found: 'acestep-v15-base'},
  {query: 'My Blues Tune', found: 'my-blues_tune'},
  {query: 'turbo-jazz', found: 'turbo-jazz'},
  {query: 'sft', found: undefined},
  {query: 'jazz', found: undefined}, // a pipeline must not change its meaning when another jazz model appears
  {query: 'toString', found: undefined},
])('$query means $found', ({query, found}) => expect(modelNamed(query, names)).toBe(found));

test.each([
  {query: 'turbo', found: ['turbo-jazz', 'acestep-v15-turbo', 'acestep-v15-xl-turbo']},
  {query: 'xlt', found: ['acestep-v15-xl-turbo']},
  {query: 'bltn', found: ['my-blues_tune']},
  {
    query: '',
    found: ['turbo-jazz', 'my-blues_tune', 'acestep-v15-base', 'acestep-v15-turbo', 'acestep-v15-xl-turbo'],
  },
  {query: 'zzz', found: []},
])('searching $query', ({query, found}) => expect(searchModels(query, names)).toEqual(found));

test.each([
  {query: 'trubo', near: ['turbo']},
  {query: 'blues', near: ['my-blues_tune']},
])('near $query', ({query, near}) => expect(nearModels(query, names)).toEqual(near));
