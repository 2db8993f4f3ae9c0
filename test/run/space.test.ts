import {expect, test} from 'vitest';
import {tightPlaces} from '../../src/run/space.js';

const MIB = 2 ** 20;

test('a disk with little room is named once, one that does not say is left alone', () => {
  const free: Readonly<Record<string, number | undefined>> = {
    '/cache': 200 * 1024 * MIB,
    '/small/out': 10 * MIB,
    '/small/exported': 10 * MIB,
    '/proc/x': undefined,
  };
  const problems = tightPlaces(Object.keys(free), (path) => free[path]);
  expect(problems).toMatchObject([
    {code: 'run/little-space', message: expect.stringMatching(/Only 10(\.0)? MiB .*\/small\//)},
  ]);
});

test('this machine can be asked, of folders that do not exist yet too', () => {
  const asked = tightPlaces(['/no/such/folder/yet']);
  expect(asked.every(({code}) => code === 'run/little-space')).toBe(true);
});
