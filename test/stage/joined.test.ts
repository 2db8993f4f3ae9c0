import {expect, test} from 'vitest';
import {joinedLists, joinFaults, showings} from '../../src/stage/joined.js';
import type {ParamObject, StageReference} from '../../src/stage/param.js';

const stage = (name: string): StageReference => ({$stage: name as StageReference['$stage']});

test('one stage or folder, a list of them, and lists with repeats and shares', () => {
  const params: ParamObject = {
    one: './a',
    many: [stage('a'), './b', {from: stage('c'), repeats: 3}, {from: './d', share: 0.5}],
  };
  expect(joinedLists(params, 'one')).toEqual([{param: 'one', repeats: 1, share: undefined}]);
  expect(joinedLists(params, 'many').map(({param, repeats, share}) => [param, repeats, share])).toEqual([
    ['many.0', 1, undefined],
    ['many.1', 1, undefined],
    ['many.2.from', 3, undefined],
    ['many.3.from', 1, 0.5],
  ]);
  expect(joinedLists(params, 'none')).toEqual([]);
});

test.each([
  ['the same stage twice', [stage('a'), {from: stage('a'), repeats: 2}], 'join/twice', 'list.1.from'],
  ['the same folder twice', ['/a', '/b', '/a'], 'join/twice', 'list.2'],
  ['a share beside none', [{from: '/a', share: 1}, '/b'], 'join/share-missing', 'list.1'],
  ['a share and repeats', [{from: '/a', share: 1, repeats: 2}], 'join/share-and-repeats', 'list.0.from'],
])('%s is refused at its place', (_name, list, code, param) => {
  expect(joinFaults({list}, 'list')).toMatchObject([{code, param}]);
});

test('what fits is not refused', () => {
  expect(joinFaults({list: ['/a', {from: '/b', repeats: 2}]}, 'list')).toEqual([]);
  expect(joinFaults({list: '/a'}, 'list')).toEqual([]);
});

const songs = (prefix: string, count: number, repeats = 1) =>
  Array.from({length: count}, (_, i) => ({identity: `${prefix}${i}`, repeats}));
const plain = {repeats: 1, share: undefined};

test('repeats multiply what samples say of themselves', () => {
  const lists = [
    {samples: songs('a', 2, 3), ...plain},
    {samples: songs('b', 1), repeats: 4, share: undefined},
  ];
  expect(showings(lists)).toEqual([[3, 3], [4]]);
});

test('shares are met, in the shortest epoch that shows everything', () => {
  const counts = showings([
    {samples: songs('a', 30), repeats: 1, share: 0.5},
    {samples: songs('b', 7), repeats: 1, share: 0.5},
  ]);
  const sums = counts.map((each) => each.reduce((a, b) => a + b, 0));
  expect(sums).toEqual([30, 30]);
  expect(counts[1]).toEqual([5, 5, 4, 4, 4, 4, 4]);
});

test('only proportions of shares count, and the own repeats of samples stay their minimum', () => {
  const lists = (a: number, b: number) => [
    {samples: songs('a', 4, 2), repeats: 1, share: a},
    {samples: songs('b', 2), repeats: 1, share: b},
  ];
  expect(showings(lists(0.8, 0.2))).toEqual(showings(lists(80, 20)));
  const [a] = showings(lists(0.8, 0.2));
  expect(Math.min(...a!)).toBeGreaterThanOrEqual(2);
  expect(showings(lists(0.8, 0.2)).map((each) => each.reduce((x, y) => x + y, 0))).toEqual([8, 2]);
});

test('which samples are shown once more follows from their content, not from their order', () => {
  const b = songs('b', 7);
  const count = (samples: typeof b) => {
    const [, own] = showings([
      {samples: songs('a', 30), repeats: 1, share: 1},
      {samples, repeats: 1, share: 1},
    ]);
    return Object.fromEntries(samples.map(({identity}, i) => [identity, own![i]]));
  };
  expect(count(b.toReversed())).toEqual(count(b));
});
